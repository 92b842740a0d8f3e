// Every change of the schema, in order. One that has run on somebody's database is never changed again.
import type { Migration } from 'kysely/migration';
import { initial } from './001-initial.ts';
import { layers } from './002-layers.ts';
import { schedules } from './003-schedules.ts';
import { figures } from './004-figures.ts';
import { nodes } from './005-nodes.ts';
import { load } from './006-load.ts';
import { audit } from './007-audit.ts';
import { nodePin } from './008-node-pin.ts';
import { auditWhole } from './009-audit-whole.ts';

export const MIGRATIONS: Record<string, Migration> = {
  '001-initial': initial,
  '002-layers': layers,
  '003-schedules': schedules,
  '004-figures': figures,
  '005-nodes': nodes,
  '006-load': load,
  '007-audit': audit,
  '008-node-pin': nodePin,
  '009-audit-whole': auditWhole,
};
