// Whatever fails around the instant, the guest goes on or a note says that it does not.
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FreezeLimit } from '../../model/tasks/backup.ts';
import type { DomainState } from '../hypervisor.ts';
import { letGo, whileHeld } from './freeze.ts';
import { Virsh } from './virsh.ts';

/** A virsh that only notes what it is told; commands in `broken` fail with that text. */
class Scripted extends Virsh {
  readonly orders: string[] = [];
  readonly calls: string[][] = [];
  readonly broken: Record<string, string> = {};
  now: DomainState = 'running';
  onOrder: (() => void) | undefined;
  /** A command that ends with its signal alone. */
  hangs = '';

  override async call(_attempt: string, args: string[], _limitMs?: number, signal?: AbortSignal): Promise<string> {
    const [order = ''] = args;
    this.orders.push(order);
    this.calls.push(args);
    this.onOrder?.();
    if (order === this.hangs) await new Promise((resolve) => signal?.addEventListener('abort', resolve));
    signal?.throwIfAborted();
    const failure = this.broken[order];
    if (failure !== undefined) throw new Error(failure);
    if (order === 'suspend') this.now = 'paused';
    if (order === 'resume') this.now = 'running';
    return '';
  }

  override async states(): Promise<Map<string, DomainState>> {
    return new Map([['one-7', this.now]]);
  }
}

let virsh: Scripted;
let runDirectory: string;
const held = (freeze: 'NONE' | 'AGENT' | 'SUSPEND', freezeLimit?: FreezeLimit): Parameters<typeof whileHeld>[1] => ({
  domain: 'one-7',
  runDirectory,
  freeze,
  ...(freezeLimit && { freezeLimit }),
});
const instant = async (): Promise<string> => {
  virsh.orders.push('instant');
  return 'begun';
};
const undo = async (): Promise<void> => void virsh.orders.push('undo');
const noted = (): string[] => ['frozen', 'suspended'].filter((name) => existsSync(join(runDirectory, name)));
const ASKED = ['guest-agent-timeout', 'domtime'];
const FROZEN = [...ASKED, 'guest-agent-timeout', 'domfsfreeze'];
const THAWED = ['domfsthaw', 'guest-agent-timeout'];

beforeEach(async () => {
  virsh = new Scripted('test:///', 'test');
  runDirectory = await mkdtemp(join(tmpdir(), 'freeze-'));
});
afterEach(() => rm(runDirectory, { recursive: true, force: true }));

describe('whileHeld', () => {
  it.each([
    ['NONE', ['instant'], 'crash'],
    ['AGENT', [...FROZEN, 'instant', ...THAWED], 'filesystem'],
    ['SUSPEND', ['suspend', 'instant', 'resume'], 'suspended'],
  ] as const)('%s', async (freeze, orders, consistency) => {
    const taken = await whileHeld(virsh, held(freeze), instant, undo);
    expect(taken).toEqual({ value: 'begun', consistency, warnings: [] });
    expect(virsh.orders).toEqual(orders);
    expect(noted()).toEqual([]);
  });

  it('does not resume a VM that somebody else has paused', async () => {
    virsh.now = 'paused';
    expect((await whileHeld(virsh, held('SUSPEND'), instant, undo)).consistency).toBe('suspended');
    expect(virsh.orders).toEqual(['instant']);
  });

  it.each(['AGENT', 'SUSPEND'] as const)('%s: lets the guest go when the instant fails', async (freeze) => {
    for (const onFailure of ['FAIL', 'CONTINUE'] as const) {
      virsh.orders.length = 0;
      const broken = (): Promise<string> => Promise.reject(new Error('no room'));
      const failing = whileHeld(virsh, held(freeze, { limitSec: 10, onFailure }), broken, undo);
      await expect(failing).rejects.toThrow('no room');
      expect(virsh.orders).toContain(freeze === 'AGENT' ? 'domfsthaw' : 'resume');
      expect(virsh.orders).not.toContain('undo');
      expect(noted()).toEqual([]);
    }
  });

  it('tells libvirt how long it may wait for the agent, and takes that back', async () => {
    await whileHeld(virsh, held('AGENT', { limitSec: 8, onFailure: 'FAIL' }), instant, undo);
    const limits = virsh.calls.filter(([order]) => order === 'guest-agent-timeout').map(([, , , ...args]) => args);
    expect(limits).toEqual([['--timeout', '4'], ['--timeout', expect.stringMatching(/^[78]$/)], []]);
  });

  it('thaws after a freeze that failed, because it may have been half done', async () => {
    virsh.broken.domfsfreeze = 'Guest agent is not responding: Guest agent not available for now';
    await expect(whileHeld(virsh, held('AGENT'), instant, undo)).rejects.toThrow('not available for now');
    expect(virsh.orders).toEqual([...FROZEN, ...THAWED]);
    expect(noted()).toEqual([]);
  });

  it('does not ask an agent to freeze or thaw that does not answer', async () => {
    virsh.broken.domtime = 'Guest agent is not responding: Guest agent not available for now';
    await expect(whileHeld(virsh, held('AGENT'), instant, undo)).rejects.toThrow('not available for now');
    expect(virsh.orders).toEqual([...ASKED, 'guest-agent-timeout']);
    expect(noted()).toEqual([]);
  });

  it('is content with any answer, a refusal too', async () => {
    virsh.broken.domtime = "unable to execute QEMU agent command 'guest-get-time': disabled";
    expect((await whileHeld(virsh, held('AGENT'), instant, undo)).consistency).toBe('filesystem');
  });

  it.each(['AGENT', 'SUSPEND'] as const)('%s: goes on without where that is wanted, and says so', async (freeze) => {
    virsh.broken.domtime = 'Guest agent is not responding: QEMU guest agent is not connected';
    virsh.broken.suspend = 'cannot acquire state change lock';
    const taken = await whileHeld(virsh, held(freeze, { limitSec: 10, onFailure: 'CONTINUE' }), instant, undo);
    const why = freeze === 'AGENT' ? 'not connected' : 'state change lock';
    expect(taken).toEqual({ value: 'begun', consistency: 'crash', warnings: [expect.stringContaining(why)] });
    expect(virsh.orders.slice(-2)).toEqual(['undo', 'instant']);
  });

  it.each(['AGENT', 'SUSPEND'] as const)('%s: lets the guest go when the limit has passed', async (freeze) => {
    const limits: Array<number | undefined> = [];
    const late = async (limitMs?: number): Promise<string> => {
      limits.push(limitMs);
      if (limits.length === 1) {
        await sleep(limitMs);
        throw new Error('virsh gave no answer');
      }
      return instant();
    };
    const fails = whileHeld(virsh, held(freeze, { limitSec: 1, onFailure: 'FAIL' }), late, undo);
    await expect(fails).rejects.toThrow(/not fixed within the 1 s/);
    expect(virsh.orders).not.toContain('instant');
    limits.length = 0;
    const goesOn = await whileHeld(virsh, held(freeze, { limitSec: 1, onFailure: 'CONTINUE' }), late, undo);
    expect(goesOn).toMatchObject({ value: 'begun', consistency: 'crash' });
    expect(limits).toEqual([expect.any(Number), undefined]);
    const released = virsh.orders.lastIndexOf(freeze === 'AGENT' ? 'domfsthaw' : 'resume');
    expect(virsh.orders.indexOf('undo')).toBeGreaterThan(released);
    expect(noted()).toEqual([]);
  });

  it.each(['AGENT', 'SUSPEND'] as const)(
    '%s: a cancel ends it before its next step, and the guest is let go',
    async (freeze) => {
      const steps = freeze === 'AGENT' ? FROZEN : ['suspend'];
      for (const onFailure of ['FAIL', 'CONTINUE'] as const) {
        for (const [made, order] of steps.entries()) {
          virsh.orders.length = 0;
          const stop = new AbortController();
          const cancelled = new Error('cancelled');
          virsh.onOrder = (): void => {
            if (virsh.orders.length === made + 1) stop.abort(cancelled);
          };
          const ending = whileHeld(virsh, held(freeze, { limitSec: 10, onFailure }), instant, undo, stop.signal);
          await expect(ending).rejects.toBe(cancelled);
          expect(virsh.orders.slice(0, made + 1)).toEqual(steps.slice(0, made + 1));
          expect(virsh.orders).not.toContain('instant');
          if (order === 'domfsfreeze') expect(virsh.orders).toContain('domfsthaw');
          expect(virsh.now).toBe('running');
          expect(noted()).toEqual([]);
        }
      }
    },
  );

  it('is cancelled without a wait for an agent that does not answer', async () => {
    const stop = new AbortController();
    virsh.hangs = 'domtime';
    const ending = whileHeld(virsh, held('AGENT'), instant, undo, stop.signal);
    await expect.poll(() => virsh.orders).toEqual(ASKED);
    stop.abort(new Error('cancelled'));
    await expect(ending).rejects.toThrow('cancelled');
    expect(virsh.orders).toEqual(ASKED);
    expect(noted()).toEqual([]);
  });

  it('keeps the note and says so when the guest cannot be thawed, whatever else is wanted', async () => {
    virsh.broken.domfsthaw = 'agent disappeared';
    const broken = (): Promise<string> => Promise.reject(new Error('no room'));
    const failing = whileHeld(virsh, held('AGENT', { limitSec: 10, onFailure: 'CONTINUE' }), broken, undo);
    await expect(failing).rejects.toThrow(/may still be frozen: agent disappeared .*Before that: no room/);
    expect(noted()).toEqual(['frozen']);
    delete virsh.broken.domfsthaw;
    expect(await letGo(virsh, held('AGENT'))).toEqual([expect.stringContaining('Thawed')]);
    expect(noted()).toEqual([]);
  });
});

describe('letGo', () => {
  it('finds nothing where there are no notes', async () => {
    virsh.now = 'paused';
    expect(await letGo(virsh, held('SUSPEND'))).toEqual([]);
    expect(virsh.orders).toEqual([]);
  });
});
