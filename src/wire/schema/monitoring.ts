// MONITORING_DATA, of VMs and of hosts.
import { hostFigures } from './host.ts';
import { open, poolOf, type Schema } from './schema.ts';
import { vmFigures } from './vm.ts';

const ROOT = 'MONITORING_DATA';

export const vmMonitoringData: Schema = poolOf(
  ROOT,
  'MONITORING',
  open({ ...vmFigures, ID: 'count', TIMESTAMP: 'epoch' }),
);
export const hostMonitoringData: Schema = poolOf(ROOT, 'MONITORING', hostFigures);
