// The backups of OneVault's own database: one at a time, when somebody asks and by the configuration's SELF_BACKUP. Each is a run like
// any other, so that it is seen, told and remembered how it ended.
import { mkdir, rm } from 'node:fs/promises';
import { DATASTORE_TYPE, type Datastore } from '../model/datastore.ts';
import { CODE, OneError, reasonOf } from '../model/errors.ts';
import type { AskedBy, Operation } from '../model/operation.ts';
import { selfDueInMs, type SelfBackupSettings } from '../model/self-backup.ts';
import { MAIN } from '../nodes/duty.ts';
import type { OperationLog } from '../vm/operation-log.ts';
import type { Parts } from '../vm/parts.ts';
import { interrupted, Runs, whyEnded } from '../vm/runs.ts';
import { directoryOfSelf, storeSelf, type SelfSources } from './self-backup.ts';
import type { Upkeep } from './upkeep.ts';

/** How long one that failed waits before it is tried again. */
const RETRY_MS = 900_000;
/** A timer holds 24 days at most. */
const LOOK_MS = 3_600_000;
const NOTHING_PLANNED = { kind: 'self', vmId: -1, hostId: -1, imageIds: [], plan: null, reason: '' } as const;

export interface SelfBackupDoors {
  parts: Parts;
  log: OperationLog;
  upkeep: Upkeep;
  sources: SelfSources;
  settings: SelfBackupSettings;
}

export class SelfBackups {
  readonly #doors: SelfBackupDoors;
  readonly #runs: Runs;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  /** When the last one by schedule was tried, epoch milliseconds; also one that could not even begin. */
  #triedMs: number | undefined;

  constructor(doors: SelfBackupDoors) {
    this.#doors = doors;
    this.#runs = new Runs(doors.parts, doors.log);
  }

  /** Begins the schedule, if there is one. */
  begin(): void {
    if (this.#doors.settings.datastore !== undefined) this.#soon(0);
  }

  /** Begins a copy. Returns the id of the run; that of the one under way, if there is one in this datastore. */
  async take(datastoreId: number, asked: AskedBy): Promise<string> {
    const { parts, log } = this.#doors;
    const datastore = backupDatastore(await parts.store.datastores.get(datastoreId));
    const going = log.running(({ kind }) => kind === 'self');
    if (going?.datastoreId === datastoreId) return going.id;
    if (going) {
      throw new OneError(
        CODE.ACTION,
        `The database cannot be copied to datastore ${datastoreId} (${datastore.name}) now: a copy to datastore ${going.datastoreId} is under way.`,
        { objectId: datastoreId, retry: true, hint: 'Try again when onevault status does not list it any more.' },
      );
    }
    const operation = log.draft({ ...NOTHING_PLANNED, imageIds: [], datastoreId, asked });
    if (this.#stopped) throw interrupted();
    log.started(operation); // before anything is waited for: there is one at a time
    const added = parts.store.operations.add(operation);
    this.#runs.track(operation, async (signal) => {
      try {
        await added;
      } catch {
        log.announce(operation); // whoever asked hears of it
        return;
      }
      await this.#run(operation, datastore, signal);
    });
    await added;
    return operation.id;
  }

  /** After a daemon that died: what it had copied is taken away, and what it had stored in part. */
  async takeUp(operation: Operation): Promise<void> {
    const { parts, log } = this.#doors;
    await rm(directoryOfSelf(parts, operation), { recursive: true, force: true });
    operation.interrupted = true;
    await parts.store.transaction((tx) => log.end(tx, operation, 'failed', interrupted().message));
    log.announce(operation);
    this.#runs.track(operation, () => this.#removeLeft(operation));
  }

  async stopAll(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    for (let run = this.#anyRun(); run; run = this.#anyRun()) {
      run.interrupted = true;
      await this.#runs.stop(run.id, interrupted());
    }
  }

  #anyRun(): Operation | undefined {
    return this.#runs.find(() => true);
  }

  async #run(operation: Operation, datastore: Datastore, signal: AbortSignal): Promise<void> {
    const { parts, log, upkeep, sources } = this.#doors;
    let ending: 'done' | 'failed' = 'failed';
    let reason: string;
    try {
      await upkeep.makeWay(datastore.id);
      await mkdir(parts.runDirectory, { recursive: true, mode: 0o711 });
      const stored = await storeSelf(parts, log, sources, operation, datastore, signal);
      ending = 'done';
      reason = stored.reason;
      if (stored.freed) upkeep.freed(datastore.id);
    } catch (error) {
      reason = reasonOf(whyEnded(error, signal));
      parts.log.warn({ operation: operation.id, reason }, 'the database was not copied');
    }
    await parts.store.transaction((tx) => log.end(tx, operation, ending, reason));
    log.announce(operation);
    if (ending === 'done')
      parts.log.info({ operation: operation.id, datastore: datastore.id, reason }, 'the database was copied');
  }

  /** What cannot be removed now goes with the copies that are too many: it is a good one, or it is not listed. */
  async #removeLeft({ id, datastoreId }: Operation): Promise<void> {
    const { parts } = this.#doors;
    const datastore = await parts.store.datastores.find(datastoreId);
    if (!datastore) return;
    try {
      const store = await parts.backupStoreOf(datastore);
      await store.remove(await store.find(id));
    } catch (error) {
      parts.log.warn({ operation: id, reason: reasonOf(error) }, 'a copy of the database may be left in part');
    }
  }

  #soon(waitMs: number): void {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    const look = (): void => {
      this.#look().catch((err: unknown) => {
        this.#doors.parts.log.error({ err }, 'a copy of the database could not be planned');
        this.#soon(RETRY_MS);
      });
    };
    this.#timer = setTimeout(look, Math.min(waitMs, LOOK_MS)).unref();
  }

  async #look(): Promise<void> {
    const { parts, settings } = this.#doors;
    if (!parts.duties.owns(MAIN)) return; // whoever has it now has begun to look
    const datastore = await this.#scheduled();
    const doneMs = datastore && (await this.#lastDoneMs(datastore.id));
    const now = parts.clock();
    const waitMs = selfDueInMs({ doneMs, triedMs: this.#triedMs }, settings.intervalSec, RETRY_MS, now);
    if (waitMs > 0 || this.#stopped) return this.#soon(waitMs);
    this.#triedMs = now;
    if (datastore) await this.take(datastore.id, { by: 'policy' });
    else {
      const name = settings.datastore;
      parts.log.error({ datastore: name }, 'the database is not copied: SELF_BACKUP/DATASTORE is no backup datastore');
    }
    this.#soon(Math.min(RETRY_MS, settings.intervalSec * 1000));
  }

  async #scheduled(): Promise<Datastore | undefined> {
    const { parts, settings } = this.#doors;
    const wanted = settings.datastore ?? '';
    const { datastores } = parts.store;
    const found = /^\d{1,9}$/.test(wanted)
      ? await datastores.find(Number(wanted))
      : (await datastores.list({ name: wanted, limit: 1 }))[0];
    return found?.type === DATASTORE_TYPE.BACKUP_DS ? found : undefined;
  }

  async #lastDoneMs(datastoreId: number): Promise<number | undefined> {
    const which = { kinds: ['self' as const], results: ['done' as const], datastoreId };
    const [last] = await this.#doors.parts.store.operations.history(which, { offset: 0, limit: 1 });
    return last?.startedAt;
  }
}

function backupDatastore(datastore: Datastore): Datastore {
  if (datastore.type === DATASTORE_TYPE.BACKUP_DS) return datastore;
  throw new OneError(
    CODE.ACTION,
    `The database cannot be copied to datastore ${datastore.id} (${datastore.name}): it is no backup datastore.`,
    { objectId: datastore.id, hint: 'Give one of TYPE="BACKUP_DS".' },
  );
}
