// Whatever fails around the instant, the guest goes on or a note says that it does not.
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DomainState } from '../hypervisor.ts';
import { letGo, whileHeld } from './freeze.ts';
import { Virsh } from './virsh.ts';

/** A virsh that only notes what it is told; commands in `broken` fail with that text. */
class Scripted extends Virsh {
  readonly orders: string[] = [];
  readonly broken: Record<string, string> = {};
  now: DomainState = 'running';

  override async call(_attempt: string, args: string[]): Promise<string> {
    const [order = ''] = args;
    this.orders.push(order);
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
const held = (freeze: 'NONE' | 'AGENT' | 'SUSPEND') => ({ domain: 'one-7', runDirectory, freeze });
const instant = async (): Promise<string> => {
  virsh.orders.push('instant');
  return 'begun';
};
const noted = (): string[] => ['frozen', 'suspended'].filter((name) => existsSync(join(runDirectory, name)));

beforeEach(async () => {
  virsh = new Scripted('test:///', 'test');
  runDirectory = await mkdtemp(join(tmpdir(), 'freeze-'));
});
afterEach(() => rm(runDirectory, { recursive: true, force: true }));

describe('whileHeld', () => {
  it.each([
    ['NONE', ['instant']],
    ['AGENT', ['domfsfreeze', 'instant', 'domfsthaw']],
    ['SUSPEND', ['suspend', 'instant', 'resume']],
  ] as const)('%s', async (freeze, orders) => {
    expect(await whileHeld(virsh, held(freeze), instant)).toBe('begun');
    expect(virsh.orders).toEqual(orders);
    expect(noted()).toEqual([]);
  });

  it('does not resume a VM that somebody else has paused', async () => {
    virsh.now = 'paused';
    await whileHeld(virsh, held('SUSPEND'), instant);
    expect(virsh.orders).toEqual(['instant']);
  });

  it.each(['AGENT', 'SUSPEND'] as const)('%s: lets the guest go when the instant fails', async (freeze) => {
    const failing = whileHeld(virsh, held(freeze), () => Promise.reject(new Error('no room')));
    await expect(failing).rejects.toThrow('no room');
    expect(virsh.orders.at(-1)).toBe(freeze === 'AGENT' ? 'domfsthaw' : 'resume');
    expect(noted()).toEqual([]);
  });

  it('thaws after a freeze that failed, because it may have been half done', async () => {
    virsh.broken.domfsfreeze = 'virsh gave no answer within 20 s.';
    await expect(whileHeld(virsh, held('AGENT'), instant)).rejects.toThrow('no answer');
    expect(virsh.orders).toEqual(['domfsfreeze', 'domfsthaw']);
  });

  it('does not ask an agent to thaw that is not there', async () => {
    virsh.broken.domfsfreeze = 'Guest agent is not responding: QEMU guest agent is not connected';
    await expect(whileHeld(virsh, held('AGENT'), instant)).rejects.toThrow('not connected');
    expect(virsh.orders).toEqual(['domfsfreeze']);
    expect(noted()).toEqual([]);
  });

  it('keeps the note and says so when the guest cannot be thawed', async () => {
    virsh.broken.domfsthaw = 'agent disappeared';
    const failing = whileHeld(virsh, held('AGENT'), () => Promise.reject(new Error('no room')));
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
