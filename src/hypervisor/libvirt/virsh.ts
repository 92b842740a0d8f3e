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
  /** Domains by uuid whose owners were asked for before: they are asked for together with the next list. */
  #asked: string[] = [];

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
      const some = questions.slice(at, at + ASKED_AT_ONCE);
      const [more, trouble] = await this.#askAtOnce(attempt, some, usual, ASK_LIMIT_MS);
      if (trouble !== undefined) {
        throw new OneError(CODE.INTERNAL, `libvirt could not ${attempt}: ${trouble}`, { retry: true });
      }
      answers.push(...more);
    }
    return answers.map((answer) => answer.trim());
  }

  /** What virsh printed for each question, and the first complaint that is not usual. */
  async #askAtOnce(
    attempt: string,
    questions: string[],
    usual: RegExp,
    timeoutMs: number,
  ): Promise<[answers: string[], trouble: string | undefined]> {
    const mark = `|${randomUUID()}|`; // what a domain says cannot hold it
    const script = questions.map((question) => `${question}; echo ${mark}`).join('; ');
    try {
      const { stdout, stderr } = await run(['virsh', '-q', '-c', this.uri, script], { timeoutMs, okCodes: [1] });
      const answers = stdout.split(mark).slice(0, -1);
      const short = answers.length < questions.length ? 'virsh ended before it had answered everything' : undefined;
      return [answers, complaintsBut(usual, stderr)[0] ?? short];
    } catch (cause) {
      throw failure(attempt, cause, timeoutMs);
    }
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
      throw failure(attempt, cause, timeoutMs);
    }
  }

  /** Like `call`, with an XML file put after the arguments. */
  async callWithXml(attempt: string, args: string[], xml: string, timeoutMs?: number): Promise<string> {
    return inFiles([xml], (files) => this.call(attempt, [...args, ...files], timeoutMs));
  }

  /** States of all domains of ours, by name. */
  async states(): Promise<Map<string, DomainState>> {
    const { all, owners } = await this.#look(isNamedAsOurs);
    return new Map(all.filter((one) => this.#isOurs(one, owners)).map(({ name, state }) => [name, state]));
  }

  /** Names of the form of ours whose domains OneVault did not make for this installation. */
  async foreign(): Promise<string[]> {
    const { all, owners } = await this.#look(isNamedAsOurs);
    const foreign = all.filter((one) => isNamedAsOurs(one) && owners.get(one.uuid) !== this.#installation);
    return foreign.map(({ name }) => name);
  }

  /** Whether libvirt has a domain of that name which is somebody else's. */
  async isForeign(name: string): Promise<boolean> {
    const { all, owners } = await this.#look((one) => one.name === name);
    return all.some((one) => one.name === name && !this.#isOurs(one, owners));
  }

  /** Domains that carry no installation's mark and are not adopted. */
  async wild(): Promise<Listed[]> {
    const { all, owners } = await this.#look(() => true);
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
    return isNamedAsOurs(one) && owners.get(one.uuid) === this.#installation;
  }

  /** All domains, and the installations by uuid of those that `matter`; one that names none, or is gone, is left out. */
  async #look(matter: (one: Listed) => boolean): Promise<{ all: Listed[]; owners: Map<string, string> }> {
    const { all, told } = await this.#list();
    const left = all.filter((one) => matter(one) && !told.has(one.uuid)).map(({ uuid }) => uuid);
    const answers = await this.ask('tell whose domains it has', left.map(ownershipQuestion), UNOWNED);
    for (const [index, uuid] of left.entries()) told.set(uuid, readOwnership(answers[index] ?? ''));
    this.#asked = all.filter((one) => isNamedAsOurs(one) && told.has(one.uuid)).map(({ uuid }) => uuid);
    return { all, owners: new Map([...told].filter((entry): entry is [string, string] => entry[1] !== undefined)) };
  }

  /** All domains, and what those asked about before say now of their owners. */
  async #list(): Promise<{ all: Listed[]; told: Map<string, string | undefined> }> {
    const asked = this.#asked.slice(0, ASKED_AT_ONCE - 1);
    if (asked.length > 0) {
      const questions = [LISTING, ...asked.map(ownershipQuestion)];
      const said = await this.#askAtOnce('list the domains', questions, UNOWNED, CALL_LIMIT_MS);
      const [[listing = '', ...answers], trouble] = said;
      const told = new Map(asked.map((uuid, index) => [uuid, readOwnership(answers[index] ?? '')]));
      if (trouble === undefined) return { all: readListing(listing), told };
    }
    // alone it also tells why it cannot
    return { all: readListing(await this.call('list the domains', [LISTING])), told: new Map() };
  }
}

function isNamedAsOurs({ name }: Listed): boolean {
  return vmIdOf(name) !== undefined;
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

function failure(attempt: string, cause: unknown, timeoutMs: number): OneError {
  const why = whyOf(cause, timeoutMs);
  return new OneError(CODE.INTERNAL, `libvirt could not ${attempt}: ${why}`, { cause, hint: hintFor(why) });
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
