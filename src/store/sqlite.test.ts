import { storeContract } from './contract.ts';
import { openSqlite } from './sqlite.ts';

storeContract(() => openSqlite(':memory:'));
