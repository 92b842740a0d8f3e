// Builds the test guest once, before the files that use it start side by side.
import { join } from 'node:path';
import { buildGuest } from './build.ts';

export async function setup(): Promise<void> {
  await buildGuest(join(import.meta.dirname, '../../var/guest'));
}
