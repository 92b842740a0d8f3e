// The mover as a process: tasks reach what carries them out, and its answers come back.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { storeChains } from '../../tests/mover/stored-chain.ts';
import { start } from '../exec/exec.ts';
import { moverResult } from '../exec/mover.ts';
import { SERVING, type GivenTask } from '../model/mover-protocol.ts';
import type { SettleTask } from '../model/tasks/settle.ts';
import type { VerifyTask } from '../model/tasks/verify.ts';

const never = new AbortController().signal;
let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'onevault-main-'));
});
afterEach(() => rm(directory, { recursive: true }));

it('settles trackers through the hypervisor', async () => {
  const task: SettleTask = {
    kind: 'settle',
    operationId: '0123456789abcdef',
    vmId: 7,
    domain: 'one-7',
    hypervisor: { driver: 'fake', uri: directory, installation: 'test' },
    disks: [],
    keep: ['one-7-3'],
  };
  expect(await moverResult(task, never, () => undefined)).toEqual({ done: [] });
  const strange = { ...task, hypervisor: { ...task.hypervisor, driver: 'strange' } };
  await expect(moverResult(strange, never, () => undefined)).rejects.toThrow(/strange/);
});

it('verifies', async () => {
  const chain = await storeChains([['data'], ['zero']]);
  const { store, layers } = chain;
  const task: VerifyTask = { kind: 'verify', operationId: '0123456789abcdef', store, layers, trusted: 0 };
  const phases: string[] = [];
  const result = await moverResult(task, never, (event) => {
    if (event.type === 'phase') phases.push(event.phase);
  });
  expect(result).toMatchObject({ problems: [] });
  expect(phases).toEqual(['opening the store', 'reading increment 0', 'reading increment 1']);
  await chain.remove();
});

it('ends by itself when nobody is heard any more, though its stdin stays open', async () => {
  const task: GivenTask = {
    ...{ kind: 'serve', operationId: '0123456789abcdef', disks: [], directory, beatSec: 1 },
    store: { driver: 'fake', datastoreId: 100, basePath: directory, attributes: {} },
  };
  const main = new URL('main.ts', import.meta.url).pathname;
  const mover = start([process.execPath, main, task.operationId], { stdin: 'pipe' });
  mover.stdin!.write(`${JSON.stringify(task)}\n`);
  // heard for as long as it takes to begin, then no more
  const beats = setInterval(() => mover.stdin!.write(`${JSON.stringify({ beat: 1, bytesPerSec: null })}\n`), 100);
  let said = '';
  for await (const chunk of mover.stdout) {
    said += String(chunk);
    if (said.includes(SERVING)) clearInterval(beats);
  }
  clearInterval(beats);
  const [last] = said.trim().split('\n').slice(-1);
  expect(JSON.parse(last!)).toEqual({ type: 'result', result: { ended: true } });
  expect(await mover.exit).toMatchObject({ code: 0 });
});
