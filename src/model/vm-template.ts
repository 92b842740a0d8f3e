// A VM template: what users instantiate.
import type { Attributes } from './attributes.ts';
import type { Owned } from './permissions.ts';

export interface VmTemplate extends Owned {
  regtime: number;
  template: Attributes;
}
