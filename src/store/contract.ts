// What every store does, whatever database it is on: the suite runs on SQLite and on a PostgreSQL server.
import { describe } from 'vitest';
import { auditContract } from './audit-contract.ts';
import { feedContract } from './feed-contract.ts';
import { leasesContract } from './leases-contract.ts';
import { poolContract } from './pool-contract.ts';
import { runsContract } from './runs-contract.ts';
import type { Store } from './store.ts';
import { sumsContract } from './sums-contract.ts';
import { transactionsContract } from './transactions-contract.ts';

/** `open` makes an empty store of its own each time; whoever gave it closes what is left open. */
export function storeContract(open: () => Promise<Store>): void {
  describe('pools', () => poolContract(open));
  describe('links and charges', () => sumsContract(open));
  describe('leases', () => leasesContract(open));
  describe('runs', () => runsContract(open));
  describe('the audit log', () => auditContract(open));
  describe('changes and topics', () => feedContract(open));
  describe('transactions', () => transactionsContract(open));
}
