// HOST and HOST_POOL. Wild VMs are VM vectors of TEMPLATE.
import { open, poolOf, type Schema, type Sequence } from './schema.ts';
import { ids } from './shared.ts';

const share: Sequence = {
  MEM_USAGE: 'count',
  CPU_USAGE: 'count',
  TOTAL_MEM: 'count',
  TOTAL_CPU: 'count',
  MAX_MEM: 'count',
  MAX_CPU: 'count',
  RUNNING_VMS: 'count',
  VMS_THREAD: 'count',
  DATASTORES: {
    DISK_USAGE: 'count',
    'DS*': { FREE_MB: 'count', ID: 'count', TOTAL_MB: 'count', USED_MB: 'count' },
    FREE_DISK: 'count',
    MAX_DISK: 'count',
    USED_DISK: 'count',
  },
  PCI_DEVICES: { 'PCI*': open() },
  NUMA_NODES: { 'NODE*': open() },
};

const capacity: Sequence = { FREE_CPU: 'int', FREE_MEMORY: 'int', USED_CPU: 'count', USED_MEMORY: 'count' };
const system: Sequence = { 'NETRX?': 'count', 'NETTX?': 'count' };

export const hostFigures: Sequence = { TIMESTAMP: 'epoch', ID: 'count', CAPACITY: capacity, SYSTEM: system };

const content: Sequence = {
  ID: 'count',
  NAME: 'filled',
  STATE: 'count',
  PREV_STATE: 'count',
  IM_MAD: 'text',
  VM_MAD: 'text',
  CLUSTER_ID: 'int',
  CLUSTER: 'text',
  HOST_SHARE: share,
  VMS: ids,
  TEMPLATE: open({ 'VM*': open({ VM_NAME: 'filled' }) }),
  // empty until the host was seen once
  MONITORING: { 'TIMESTAMP?': 'epoch', 'ID?': 'count', 'CAPACITY?': capacity, 'SYSTEM?': system },
};

export const host: Schema = { root: 'HOST', content };
export const hostPool: Schema = poolOf('HOST_POOL', 'HOST', content);
