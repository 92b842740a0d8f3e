// What ends the watch over a drill's machine, on a machine that is a few files.
import { appendFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { DrillMachine } from '../hypervisor/hypervisor.ts';
import type { DrillCondition } from '../model/drill.ts';
import { watchDrill, type Verdict } from './drill-watch.ts';

let directory: string;
let machine: DrillMachine;
let runs: boolean;
let agent: boolean;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ov-watch-'));
  [runs, agent] = [true, false];
  machine = {
    domain: 'one-drill-1',
    consoleLog: join(directory, 'console.log'),
    runs: () => Promise.resolve(runs),
    agentAnswers: () => Promise.resolve(agent),
    screen: () => Promise.resolve(null),
  };
});
afterEach(() => rm(directory, { recursive: true }));

const never = new Promise<string>(() => undefined);
const LOGIN: DrillCondition = { kind: 'text', text: 'login:' };
const watch = (conditions: DrillCondition[], timeoutSec = 20, lost = never, signal?: AbortSignal): Promise<Verdict> =>
  watchDrill(
    machine,
    { conditions, env: { DRILL_IMAGE_ID: '7' }, timeoutSec },
    lost,
    signal ?? new AbortController().signal,
  );

it('the console, whose log comes late and begins anew', async () => {
  const watching = watch([LOGIN, { kind: 'agent' }]);
  await writeFile(machine.consoleLog, 'a long story of booting\n');
  await new Promise((resolve) => setTimeout(resolve, 250));
  await rename(machine.consoleLog, `${machine.consoleLog}.0`);
  await writeFile(machine.consoleLog, 'guest log');
  await appendFile(machine.consoleLog, 'in: ');
  expect(await watching).toEqual({ by: 'the serial console said "login:"' });
});

it('the agent', async () => {
  agent = true;
  expect(await watch([LOGIN, { kind: 'agent' }])).toEqual({ by: 'the guest agent answered' });
});

it('a machine that stops, with its last words', async () => {
  await writeFile(machine.consoleLog, 'Kernel panic\n');
  runs = false;
  expect(await watch([LOGIN])).toEqual({
    reason: 'The machine stopped by itself. The last line on its console: "Kernel panic".',
  });
});

it('the time, with what did not come true', async () => {
  expect(await watch([LOGIN, { kind: 'agent' }], 0.1)).toEqual({
    reason: 'Within 0.1 s neither the serial console said "login:" nor the guest agent answered.',
  });
});

it.each([
  ['exit 0', { by: expect.stringMatching(/^the program .*look ended with 0$/) }],
  [
    'echo "$DRILL_DOMAIN $DRILL_IMAGE_ID" >&2; exit 3',
    { reason: expect.stringMatching(/ended with code 3 and wrote: one-drill-1 7\.$/) },
  ],
])('a program: %s', async (line, verdict) => {
  // prettier-ignore
  const script = join(directory, 'look');
  await writeFile(script, `#!/bin/sh\n${line}\n`, { mode: 0o755 });
  expect(await watch([{ kind: 'script', script }])).toEqual(verdict);
});

it('what is read being gone, or a stop, is an error', async () => {
  await expect(watch([LOGIN], 20, Promise.resolve('The server has ended.'))).rejects.toThrow('The server has ended.');
  await expect(watch([LOGIN], 20, never, AbortSignal.abort())).rejects.toThrow();
});
