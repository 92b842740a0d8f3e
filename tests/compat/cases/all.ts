// Every case, by family, in the order in which the families run.
import type { Case } from '../case.ts';
import { systemCases } from './system.ts';

export const CASES: Readonly<Record<string, readonly Case[]>> = {
  'one.system': systemCases,
};
