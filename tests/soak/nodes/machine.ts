// A machine whose disk is written to between its backups, never during one: what each run has to hold is known. It asks for backups at nodes
// by chance, and now and then takes its wish back.
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../../../src/exec/exec.ts';
import type { Operation } from '../../../src/model/operation.ts';
import { LCM, VM_STATE } from '../../../src/model/vm.ts';
import type { Random } from '../random.ts';
import { Refused, Unknown, type Cluster } from './cluster.ts';

export const DISK_MB = 2;
const BLOCK = 64 * 1024;
const BLOCKS = (DISK_MB * 2 ** 20) / BLOCK;
const END_MS = 900_000;
/** After so long a call whose answer was lost has done what it does. */
const LATE_MS = 10_000;
const RECENT = 1000;

/** A backup that was asked for. */
export interface Wish {
  /** The nodes have said yes; otherwise nobody knows. */
  accepted: boolean;
  /** Records of the VM that there were before. */
  before: number;
  after: number;
}

export class Machine {
  readonly vmId: number;
  readonly wishes: Wish[] = [];
  /** Digest of the disk during each run, by the run's id. */
  readonly contents = new Map<string, string>();
  readonly #cluster: Cluster;
  readonly #random: Random;
  readonly #datastoreId: number;
  /** What the disk holds. */
  readonly #content = Buffer.alloc(DISK_MB * 2 ** 20);
  #path = '';
  #runs = 0;

  private constructor(cluster: Cluster, random: Random, vmId: number, datastoreId: number) {
    this.#cluster = cluster;
    this.#random = random;
    this.vmId = vmId;
    this.#datastoreId = datastoreId;
  }

  static async open(cluster: Cluster, random: Random, index: number): Promise<Machine> {
    const disk = `DISK=[ TYPE="fs", SIZE="${DISK_MB}", FORMAT="qcow2" ]`;
    const config = `BACKUP_CONFIG=[ MODE="INCREMENT", KEEP_LAST="3", BACKUP_VOLATILE="YES" ]`;
    const template = `NAME="machine-${index}"\nCPU="0.1"\nMEMORY="64"\n${disk}\n${config}`;
    const vmId = Number(await cluster.call(random, 'one.vm.allocate', template, false));
    const datastoreId = cluster.datastores[index % cluster.datastores.length] ?? -1;
    return new Machine(cluster, random, vmId, datastoreId);
  }

  async isRunning(): Promise<boolean> {
    const vm = await this.#cluster.store.vms.get(this.vmId);
    return vm.state === VM_STATE.ACTIVE && vm.lcmState === LCM.RUNNING;
  }

  /** Backs itself up until there is enough; settles when its last run has ended. */
  async work(goesOn: () => boolean): Promise<void> {
    this.#path = `${this.#cluster.directory}/datastores/0/${this.vmId}/disk.0`;
    while (goesOn()) {
      const content = await this.#write();
      const before = await this.#records();
      const accepted = await this.#ask();
      if (accepted === undefined) {
        await sleep(500);
        continue;
      }
      if (!accepted)
        await sleep(LATE_MS); // whoever has it may be about to begin
      else if (this.#random.next() < 0.05) await this.#takeBack();
      const runs = await this.#settled();
      this.wishes.push({ accepted, before: before.length, after: runs.length });
      for (const { id } of runs) if (!this.contents.has(id)) this.contents.set(id, content);
      this.#runs = runs.length;
    }
  }

  get runs(): number {
    return this.#runs;
  }

  /** True when it was accepted, false when nobody knows, undefined when it was refused. */
  async #ask(): Promise<boolean | undefined> {
    try {
      await this.#cluster.call(this.#random, 'one.vm.backup', this.vmId, this.#datastoreId, false);
      return true;
    } catch (error) {
      if (error instanceof Unknown) return false;
      if (error instanceof Refused) return undefined;
      throw error;
    }
  }

  async #takeBack(): Promise<void> {
    await sleep(this.#random.whole(0, 2000));
    try {
      await this.#cluster.call(this.#random, 'one.vm.backupcancel', this.vmId);
    } catch (error) {
      if (!(error instanceof Refused || error instanceof Unknown)) throw error; // it has ended already
    }
  }

  /** The records of its backups, when none is under way any more and the machine runs. */
  async #settled(): Promise<Operation[]> {
    let runs: Operation[] = [];
    for (const end = Date.now() + END_MS; Date.now() < end; await sleep(300)) {
      runs = await this.#records();
      if (runs.every(({ result }) => result !== 'running') && (await this.isRunning())) return runs;
    }
    const left = JSON.stringify(
      runs.filter(({ result }) => result === 'running').map((run) => ({ ...run, plan: null })),
    );
    throw new Error(`A backup of VM ${this.vmId} did not end within ${END_MS / 1000} s: ${left}`);
  }

  async #records(): Promise<Operation[]> {
    return (await this.#cluster.store.operations.ofVm(this.vmId, RECENT)).filter(({ kind }) => kind === 'backup');
  }

  /** Writes some blocks, and returns the digest of all. */
  async #write(): Promise<string> {
    const commands: string[] = [];
    for (let count = this.#random.whole(1, 6); count > 0; count -= 1) {
      const byte = this.#random.whole(0, 5) === 0 ? 0 : this.#random.whole(1, 256);
      const at = this.#random.whole(0, BLOCKS) * BLOCK;
      this.#content.fill(byte, at, at + BLOCK);
      commands.push('-c', `write -q -P ${byte} ${at} ${BLOCK}`);
    }
    await run(['qemu-io', '-f', 'qcow2', ...commands, this.#path]);
    return createHash('sha256').update(this.#content).digest('hex');
  }
}

export async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  const file = await open(path);
  try {
    for await (const chunk of file.createReadStream()) hash.update(chunk as Buffer);
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}
