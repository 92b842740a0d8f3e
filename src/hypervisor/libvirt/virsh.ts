// Calls libvirt through virsh. XML travels in private temporary files, because it may hold passwords.
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ExecError, run } from '../../exec/exec.ts';
import { CODE, OneError } from '../../model/errors.ts';
import type { DomainState } from '../hypervisor.ts';
import type { Adopted } from '../../model/hypervisor-config.ts';
import { vmIdOf } from '../../model/ids.ts';
import { AdoptedDomains } from './adopted.ts';
import { hintFor } from './complaints.ts';
import { LISTING, readListing, type Listed } from './listing.ts';
import { ownershipQuestion, readOwnership, UNOWNED } from './ownership.ts';

const CALL_LIMIT_MS = 60_000;
const ASK_LIMIT_MS = 120_000;
/** Questions in one call of virsh, so that its argument stays short. */
const ASKED_AT_ONCE = 500;

export class Virsh {
  readonly uri: string;
  readonly adopted: AdoptedDomains;
  readonly #installation: string;

  /** Only domains of `installation` and those that it adopted are seen by the questions below. */
  constructor(uri: string, installation: string, adopted: readonly Adopted[] = []) {
    this.uri = uri;
    this.#installation = installation;
    this.adopted = new AdoptedDomains(adopted);
  }

  /**
   * Answers to questions about many domains, asked in few calls; one that has no answer is empty. Complaints that are not `usual`
   * mean that the answer is unknown, which is an error. The words of a question must be no text of anybody else's.
   */
  async ask(attempt: string, questions: string[], usual: RegExp): Promise<string[]> {
    const answers: string[] = [];
    for (let at = 0; at < questions.length; at += ASKED_AT_ONCE) {
      const mark = `|${randomUUID()}|`; // what a domain says cannot hold it
      const script = questions.slice(at, at + ASKED_AT_ONCE).map((question) => `${question}; echo ${mark}`);
      const argv = ['virsh', '-q', '-c', this.uri, script.join('; ')];
      const { stdout, stderr } = await run(argv, { timeoutMs: ASK_LIMIT_MS, okCodes: [1] });
      const [trouble] = complaintsBut(usual, stderr);
      if (trouble !== undefined) {
        throw new OneError(CODE.INTERNAL, `libvirt could not ${attempt}: ${trouble}`, { retry: true });
      }
      answers.push(...stdout.split(mark).slice(0, -1));
    }
    return answers.map((answer) => answer.trim());
  }

  /** Like `call`, for a command about one domain; it gets the domain before its other arguments. */
  async order(
    attempt: string,
    command: string,
    name: string,
    args: string[] = [],
    timeoutMs?: number,
    signal?: AbortSignal,
  ): Promise<string> {
    return this.call(attempt, [command, ...this.adopted.argument(name), ...args], timeoutMs, signal);
  }

  /** Like `order`, with XML files as the values of options. */
  async orderWithXml(
    attempt: string,
    command: string,
    name: string,
    args: string[],
    xml: Record<string, string>,
    timeoutMs?: number,
  ): Promise<string> {
    return inFiles(Object.values(xml), (files) => {
      const options = Object.keys(xml).flatMap((option, index) => [option, files[index] ?? '']);
      return this.order(attempt, command, name, [...args, ...options], timeoutMs);
    });
  }

  /**
   * Output of a virsh command. `attempt` completes the sentence "could not ..." of its error. An aborted signal ends virsh, not what
   * libvirt has begun for it.
   */
  async call(
    attempt: string,
    args: string[],
    timeoutMs: number = CALL_LIMIT_MS,
    signal?: AbortSignal,
  ): Promise<string> {
    try {
      return (await run(['virsh', '-q', '-c', this.uri, ...args], { timeoutMs, signal })).stdout;
    } catch (cause) {
      signal?.throwIfAborted();
      const why = whyOf(cause, timeoutMs);
      throw new OneError(CODE.INTERNAL, `libvirt could not ${attempt}: ${why}`, { cause, hint: hintFor(why) });
    }
  }

  /** Like `call`, with an XML file put after the arguments. */
  async callWithXml(attempt: string, args: string[], xml: string, timeoutMs?: number): Promise<string> {
    return inFiles([xml], (files) => this.call(attempt, [...args, ...files], timeoutMs));
  }

  /** States of all domains of ours, by name. */
  async states(): Promise<Map<string, DomainState>> {
    const all = await this.#list();
    const owners = await this.#owners(all.filter(({ name }) => vmIdOf(name) !== undefined));
    return new Map(all.filter((one) => this.#isOurs(one, owners)).map(({ name, state }) => [name, state]));
  }

  /** Names of the form of ours whose domains OneVault did not make for this installation. */
  async foreign(): Promise<string[]> {
    const named = (await this.#list()).filter(({ name }) => vmIdOf(name) !== undefined);
    const owners = await this.#owners(named);
    return named.filter(({ uuid }) => owners.get(uuid) !== this.#installation).map(({ name }) => name);
  }

  /** Whether libvirt has a domain of that name which is somebody else's. */
  async isForeign(name: string): Promise<boolean> {
    const found = (await this.#list()).filter((one) => one.name === name);
    const owners = await this.#owners(found);
    return found.some((one) => !this.#isOurs(one, owners));
  }

  /** Domains that carry no installation's mark and are not adopted. */
  async wild(): Promise<Listed[]> {
    const all = await this.#list();
    const owners = await this.#owners(all);
    return all.filter((one) => !owners.has(one.uuid) && !this.adopted.includes(one));
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

  /** Its XML as it runs, or as it is defined. */
  async xml(name: string, which: 'current' | 'defined' = 'current'): Promise<string> {
    const args = which === 'defined' ? ['--inactive'] : [];
    return this.order(`describe domain ${name}`, 'dumpxml', name, args);
  }

  /** Whether libvirt counts a backup among the domain's jobs, even one that is still being set up. */
  async runsBackup(name: string): Promise<boolean> {
    if (!(await this.isActive(name))) return false;
    const info = await this.order(`look at the jobs of domain ${name}`, 'domjobinfo', name).catch(() => '');
    return /^Operation:\s*Backup\s*$/m.test(info);
  }

  /** XML of the domain's backup job, null when there is none. */
  async backupJob(name: string): Promise<string | null> {
    if (vmIdOf(name) === undefined && !this.adopted.has(name)) return null;
    try {
      return await this.order(`look for a backup job of domain ${name}`, 'backup-dumpxml', name);
    } catch (error) {
      if (/no domain backup job|domain is not running|failed to get domain/i.test(String(error))) return null;
      throw error;
    }
  }

  #isOurs(one: Listed, owners: Map<string, string>): boolean {
    // A name that is adopted belongs to the adopted domain alone, so that no command can reach another one by it.
    if (this.adopted.has(one.name)) return this.adopted.includes(one);
    return vmIdOf(one.name) !== undefined && owners.get(one.uuid) === this.#installation;
  }

  async #list(): Promise<Listed[]> {
    return readListing(await this.call('list the domains', [LISTING]));
  }

  /** Installations that domains belong to, by uuid; a domain that says nothing, or is gone, is left out. */
  async #owners(domains: Listed[]): Promise<Map<string, string>> {
    const questions = domains.map(({ uuid }) => ownershipQuestion(uuid));
    const answers = await this.ask('tell whose domains it has', questions, UNOWNED);
    const owners = domains.map(({ uuid }, index) => [uuid, readOwnership(answers[index] ?? '')] as const);
    return new Map(owners.filter((entry): entry is [string, string] => entry[1] !== undefined));
  }
}

async function inFiles<T>(texts: string[], use: (files: string[]) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'onevault-'));
  try {
    const files = texts.map((_, index) => join(directory, `request-${index}.xml`));
    for (const [index, file] of files.entries()) await writeFile(file, texts[index] ?? '', { mode: 0o600 });
    return await use(files);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Complaints of virsh, one a line, that are not `usual`. */
export function complaintsBut(usual: RegExp, complaints: string): string[] {
  const lines = complaints.split('\n').filter((line) => line.startsWith('error: '));
  return lines.filter((line) => !usual.test(line));
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
