// Calls libvirt through virsh. XML travels in private temporary files, because it may hold passwords.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ExecError, run } from '../../exec/exec.ts';
import { CODE, OneError } from '../../model/errors.ts';
import type { DomainState } from '../hypervisor.ts';
import { ownershipQuery, ownershipTrouble, readOwnership } from './ownership.ts';

const CALL_LIMIT_MS = 60_000;
/** Domains that are asked about in one call of virsh, so that its argument stays short. */
const ASKED_AT_ONCE = 500;

const STATES: Record<string, DomainState> = {
  running: 'running',
  idle: 'running',
  'in shutdown': 'running',
  paused: 'paused',
  pmsuspended: 'paused',
  'shut off': 'shutoff',
  crashed: 'crashed',
};

export class Virsh {
  readonly uri: string;
  readonly #installation: string;

  /** Only domains of `installation` are seen by the questions below. */
  constructor(uri: string, installation: string) {
    this.uri = uri;
    this.#installation = installation;
  }

  /** Output of a virsh command. `attempt` completes the sentence "could not ..." of its error. */
  async call(attempt: string, args: string[], timeoutMs: number = CALL_LIMIT_MS): Promise<string> {
    try {
      return (await run(['virsh', '-q', '-c', this.uri, ...args], { timeoutMs })).stdout;
    } catch (cause) {
      throw new OneError(CODE.INTERNAL, `libvirt could not ${attempt}: ${whyOf(cause, timeoutMs)}`, { cause });
    }
  }

  /** Like `call`, with an XML file put after the arguments. */
  async callWithXml(attempt: string, args: string[], xml: string, timeoutMs?: number): Promise<string> {
    const directory = await mkdtemp(join(tmpdir(), 'onevault-'));
    try {
      const file = join(directory, 'request.xml');
      await writeFile(file, xml, { mode: 0o600 });
      return await this.call(attempt, [...args, file], timeoutMs);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }

  /** States of all domains of this installation, by name. */
  async states(): Promise<Map<string, DomainState>> {
    const all = await this.#list();
    const owners = await this.#owners([...all.keys()]);
    return new Map([...all].filter(([name]) => owners.get(name) === this.#installation));
  }

  /** Names of the form of ours whose domains are somebody else's. */
  async foreign(): Promise<string[]> {
    const names = [...(await this.#list()).keys()];
    const owners = await this.#owners(names);
    return names.filter((name) => owners.get(name) !== this.#installation);
  }

  /** Whether libvirt has a domain of that name which is somebody else's. */
  async isForeign(name: string): Promise<boolean> {
    if (!(await this.#list()).has(name)) return false;
    return (await this.#owners([name])).get(name) !== this.#installation;
  }

  /** State of one domain of this installation, null when there is none of that name. */
  async state(name: string): Promise<DomainState | null> {
    return (await this.states()).get(name) ?? null;
  }

  /** Whether the domain has a process. */
  async isActive(name: string): Promise<boolean> {
    const state = await this.state(name);
    return state === 'running' || state === 'paused';
  }

  async xml(name: string): Promise<string> {
    return this.call(`describe domain ${name}`, ['dumpxml', name]);
  }

  /** Whether libvirt counts a backup among the domain's jobs, even one that is still being set up. */
  async runsBackup(name: string): Promise<boolean> {
    if (!(await this.isActive(name))) return false;
    const info = await this.call(`look at the jobs of domain ${name}`, ['domjobinfo', name]).catch(() => '');
    return /^Operation:\s*Backup\s*$/m.test(info);
  }

  /** XML of the domain's backup job, null when there is none. */
  async backupJob(name: string): Promise<string | null> {
    try {
      return await this.call(`look for a backup job of domain ${name}`, ['backup-dumpxml', name]);
    } catch (error) {
      if (/no domain backup job|domain is not running|failed to get domain/i.test(String(error))) return null;
      throw error;
    }
  }

  async #list(): Promise<Map<string, DomainState>> {
    return readList(await this.call('list the domains', ['list', '--all']));
  }

  /** Installations that domains belong to; a domain that says nothing, or is gone, is left out. */
  async #owners(names: string[]): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    for (let at = 0; at < names.length; at += ASKED_AT_ONCE) {
      const script = ownershipQuery(names.slice(at, at + ASKED_AT_ONCE));
      const argv = ['virsh', '-q', '-c', this.uri, script];
      const { stdout, stderr } = await run(argv, { timeoutMs: CALL_LIMIT_MS, okCodes: [1] });
      const [trouble] = ownershipTrouble(stderr);
      if (trouble !== undefined) {
        throw new OneError(CODE.INTERNAL, `libvirt could not tell whose domains it has: ${trouble}`, { retry: true });
      }
      for (const [name, installation] of readOwnership(stdout)) found.set(name, installation);
    }
    return found;
  }
}

/** Reads `virsh list --all`: id, name and a state that may be two words. Domains with other names are left out. */
export function readList(table: string): Map<string, DomainState> {
  const found = new Map<string, DomainState>();
  for (const row of table.split('\n')) {
    const [, name, words] = /^\s*(?:-|\d+)\s+(one-\d+)\s+(\S.*?)\s*$/.exec(row) ?? [];
    const state = words === undefined ? undefined : STATES[words];
    if (name !== undefined && state !== undefined) found.set(name, state);
  }
  return found;
}

function whyOf(cause: unknown, timeoutMs: number): string {
  if (!(cause instanceof ExecError)) return cause instanceof Error ? cause.message : String(cause);
  if (cause.exit.signal !== null) return `virsh gave no answer within ${timeoutMs / 1000} s.`;
  return cause.exit.stderr
    .replaceAll(/^error: /gm, '')
    .trim()
    .split('\n')
    .filter(Boolean)
    .join(' ');
}
