// Loaded before a real mover, by NODE_OPTIONS: breaks one call that its process makes. The first mover of a case claims the fault.
import { writeFileSync } from 'node:fs';
import { ambient, Calls } from './calls.ts';
import type { MoverFault } from './cases.ts';
import { patch } from './patch.ts';

const { at, mode, marker } = JSON.parse(process.env['ONEVAULT_LOOP_MOVER'] ?? '{}') as MoverFault & { marker: string };

function claimed(): boolean {
  try {
    writeFileSync(marker, '', { flag: 'wx' });
    return true;
  } catch {
    return false; // another mover of the case has it
  }
}

if (claimed()) {
  const calls = new Calls();
  const tell = (): void =>
    writeFileSync(`${marker}.made`, JSON.stringify({ made: calls.made.length, broken: calls.broken }));
  calls.breakAt(at, mode, () => ambient.exit(() => writeFileSync(`${marker}.broken`, '')));
  calls.atDeath(() => {
    ambient.exit(tell);
    process.kill(process.pid, 'SIGKILL');
  });
  process.on('exit', () => ambient.exit(tell));
  await patch();
  ambient.enter(calls);
}
