// ZONE and ZONE_POOL.
import { open, poolOf, type Schema, type Sequence } from './schema.ts';

const content: Sequence = {
  ID: 'count',
  NAME: 'filled',
  STATE: 'count',
  TEMPLATE: open({ ENDPOINT: 'filled' }),
  SERVER_POOL: { 'SERVER*': open({ ENDPOINT: 'filled', ID: 'count', NAME: 'filled' }) },
};

export const zone: Schema = { root: 'ZONE', content };
export const zonePool: Schema = poolOf('ZONE_POOL', 'ZONE', content);
