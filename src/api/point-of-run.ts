// Which point of an image a run is of, for those that are of one.
import { pointVerified } from '../backup/verify.ts';
import { pointDrilled } from '../drill/run.ts';
import type { Operation } from '../model/operation.ts';

/** Undefined for other runs; a backup says itself what it has recorded. */
export function pointOfRun(operation: Operation): number | undefined {
  return pointVerified(operation) ?? pointDrilled(operation);
}
