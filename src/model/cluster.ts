// A cluster: hosts, datastores and networks that belong together. Its members are told by the members themselves.
import type { Attributes } from './attributes.ts';

export const DEFAULT_CLUSTER = 0;

export interface Cluster {
  id: number;
  name: string;
  template: Attributes;
}
