// A hypervisor behind an agent keeps every promise of the door, as if it were here. Both sides are in this process, with pipes between.
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { fakeBench } from '../../tests/hypervisor/fake-bench.ts';
import { hypervisorContract, type Bench } from '../hypervisor/contract.ts';
import { ConnectionLost } from '../model/errors.ts';
import { Calls } from './calls.ts';
import { remoteFiles, remoteHypervisor } from './doors.ts';
import { openDoors } from './open.ts';
import { serve, type OpenDoor } from './serve.ts';

interface Agent {
  calls: Calls;
  /** Nothing goes through any more, though neither side is told. */
  cut: () => void;
  hangUp: () => void;
  /** Settles when the agent has ended. */
  ended: Promise<void>;
}

function agentFor(uri: string, open?: () => Promise<OpenDoor>, beatSec?: number): Agent {
  const [there, back, input, output] = [new PassThrough(), new PassThrough(), new PassThrough(), new PassThrough()];
  output.pipe(there);
  back.pipe(input);
  const hangUp = (): void => void output.end();
  const ended = serve({ input: there, output: back, open: open ?? openDoors }).finally(() => back.end());
  const hello = {
    hypervisor: { driver: 'fake', uri, installation: '' },
    runDirectory: join(uri, '../run'),
    ...(beatSec !== undefined && { beatSec }),
  };
  const silence = beatSec === undefined ? {} : { silenceSec: beatSec };
  const lost = (): Error => new ConnectionLost('The connection is gone.');
  const calls = new Calls({ input, output, lost, hangUp, ...silence }, hello);
  const cut = (): void => {
    output.unpipe(there);
    back.unpipe(input);
  };
  return { calls, cut, hangUp: () => calls.close(), ended };
}

hypervisorContract('remote fake', async (): Promise<Bench> => {
  const bench = await fakeBench();
  const { calls, hangUp, ended } = agentFor(bench.config.uri);
  await calls.ready;
  const close = async (): Promise<void> => {
    hangUp();
    await ended;
    await bench.close();
  };
  return { ...bench, hypervisor: remoteHypervisor(async () => calls), close };
});

it('tells everybody who waits that the connection is gone, and the agent stops what they asked for', async () => {
  const stopped: unknown[] = [];
  const door = {
    wait: (signal: AbortSignal) =>
      new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => {
          stopped.push('call');
          reject(new Error('stopped'));
        }),
      ),
    begin: async () => ({ date: 7, end: async () => void stopped.push('kept') }),
  };
  const { calls, hangUp, ended } = agentFor('/nowhere', async () => () => door);
  await calls.ready;
  expect(await calls.call('any', 'begin', [])).toMatchObject({ date: 7 });
  const waits = calls.call('any', 'wait', [new AbortController().signal]);
  hangUp();
  await expect(waits).rejects.toThrow(ConnectionLost);
  await ended;
  expect(stopped).toEqual(['call', 'kept']);
  await expect(calls.call('any', 'wait', [])).rejects.toThrow('The connection is gone.');
});

it('notices on both sides when nothing comes through any more', async () => {
  const { calls, cut, ended } = agentFor(
    '/nowhere',
    async () => () => ({ wait: () => new Promise(() => undefined) }),
    2,
  );
  await calls.ready;
  cut();
  const waits = expect(calls.call('any', 'wait', [])).rejects.toThrow(ConnectionLost);
  await calls.closed;
  await waits;
  // what was asked for never ends: the agent does not wait for it for ever
  void ended;
});

it('stops what yields when nobody reads it any more, and passes on what is told on the way', async () => {
  const ended = Promise.withResolvers<string>();
  const door = {
    async *count(signal: AbortSignal) {
      signal.addEventListener('abort', () => ended.resolve('ended'));
      for (let number = 1; !signal.aborted; number++) {
        yield number;
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    tell: async ({ onProgress }: { onProgress: (bytes: number) => void }) => onProgress(5),
    missing: () => Promise.reject(Object.assign(new Error('none'), { code: 'ENOENT' })),
  };
  const { calls, hangUp } = agentFor('/nowhere', async () => () => door);
  await calls.ready;
  const read: unknown[] = [];
  for await (const number of calls.stream('any', 'count', [new AbortController().signal])) {
    if (read.push(number) === 3) break;
  }
  expect(read).toEqual([1, 2, 3]);
  expect(await ended.promise).toBe('ended');
  const told: number[] = [];
  await calls.call('any', 'tell', [{ onProgress: (bytes: number) => told.push(bytes) }]);
  expect(told).toEqual([5]);
  await expect(calls.call('any', 'missing', [])).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(calls.call('any', 'dance', [])).rejects.toThrow('The agent has no any.dance; run onehost sync.');
  hangUp();
});

it('reaches files, and names a door that it does not know', async () => {
  const { calls, hangUp } = agentFor('/tmp/onevault-none/x', async () => {
    const { LocalFiles } = await import('../datastore/files.ts');
    return () => new LocalFiles();
  });
  await calls.ready;
  const files = remoteFiles(async () => calls);
  expect(await files.stat('/proc/self/stat')).toMatchObject({ isFile: true });
  expect(await files.stat('/no/such/file')).toBeUndefined();
  expect(new TextDecoder().decode(await files.read('/proc/sys/kernel/ostype'))).toBe('Linux\n');
  hangUp();
});
