// The one place where objects are built and handed to each other, and the order in which the daemon starts and stops.
import { mkdir } from 'node:fs/promises';
import { pino, type Logger } from 'pino';
import { reach } from './app/reach.ts';
import { openTls } from './app/tls.ts';
import { actingThrough } from './api/acting.ts';
import { AuditTrail } from './api/audit-trail.ts';
import type { Services } from './api/method.ts';
import { dropExpiredHourly } from './api/expired-sessions.ts';
import { nodeKey } from './api/forward-mac.ts';
import { signInKey } from './api/sign-in-cookie.ts';
import { Forwarding } from './api/forwarding.ts';
import { buildServer } from './api/server.ts';
import { JobRuns } from './backup/job-run.ts';
import { BackupRunner } from './backup/run.ts';
import { SelfBackups } from './backup/self-backups.ts';
import { Upkeep } from './backup/upkeep.ts';
import { bootstrap } from './bootstrap.ts';
import type { Config } from './config.ts';
import { DrillRunner } from './drill/run.ts';
import { openBackupStore } from './datastore/all.ts';
import { moverRates } from './exec/mover-rates.ts';
import { RateLimit } from './access/rate-limit.ts';
import { sealAttributes, unsealAttributes } from './access/sealed-attributes.ts';
import { text } from './model/attributes.ts';
import type { Datastore } from './model/datastore.ts';
import { reasonOf } from './model/errors.ts';
import type { Host } from './model/host.ts';
import type { BackupStoreConfig } from './model/backup-store-config.ts';
import type { HypervisorConfig } from './model/hypervisor-config.ts';
import { PUBLIC_DRIVER } from './model/user.ts';
import { VERSION } from './model/version.ts';
import { LOOK, type AboutNode, type Duties } from './nodes/duties.ts';
import { openNode } from './nodes/open.ts';
import { Notices } from './notices/notices.ts';
import { FileReader } from './restore/files.ts';
import { RestoreRunner } from './restore/run.ts';
import { Bandwidth } from './schedule/bandwidth.ts';
import { nextOccurrence } from './schedule/due.ts';
import { countedElsewhere } from './schedule/elsewhere.ts';
import { Overview } from './schedule/overview.ts';
import { Scheduler } from './schedule/tick.ts';
import { secretsKey } from './secrets-key.ts';
import { passwordDrivers, redirectDriver } from './sign-in/all.ts';
import { lockState } from './store/state-lock.ts';
import type { Store } from './store/store.ts';
import { TakeUp, type RunningServices } from './take-up.ts';
import { Adoptions } from './vm/adoptions.ts';
import { AllRuns } from './vm/all-runs.ts';
import { ChangeRunner } from './vm/change-runner.ts';
import { ImageRunner } from './vm/images.ts';
import { OperationLog } from './vm/operation-log.ts';
import type { Parts } from './vm/parts.ts';
import { VmRunner } from './vm/run.ts';
import { VmTick } from './vm/tick.ts';
import { Turns } from './vm/turns.ts';

export interface App {
  /** Where the API answers. */
  endpoint: string;
  /** Fingerprint of the key that clients may know it by; undefined without TLS. */
  pin?: string;
  services: Services;
  /** Ends runs and clean-ups, then everything else. */
  close(): Promise<void>;
}

/**
 * What cannot start leaves nothing running behind. `log` is for tests that read it. `fenced` is called when other nodes have gone on without
 * this one: then it may not even clean up, and the process has to end at once.
 */
export async function startApp(
  config: Config,
  log: Logger = pino({ level: config.logLevel }),
  fenced: (why: unknown) => void = () => undefined,
): Promise<App> {
  await mkdir(config.stateDirectory, { recursive: true, mode: 0o755 });
  const steps: Array<() => unknown> = []; // what ends it all, the last one first
  const close = async (): Promise<void> => {
    for (let step = steps.pop(); step; step = steps.pop()) await step();
  };
  try {
    steps.push(lockState(config.stateDirectory));
    const secure = await openTls(config, { log, clock: Date.now });
    if (secure) steps.push(() => secure.close());
    let url = '';
    const about = (): AboutNode => ({
      ...{ name: config.nodeName, url: config.nodeUrl ?? url, version: VERSION },
      ...(secure?.pin !== undefined && { pin: secure.pin }),
    });
    const { store, duties } = await openNode(config, { about, log, fenced });
    steps.push(
      () => store.close(),
      () => duties.end(),
    );
    await bootstrap(store, config);
    const key = await secretsKey(config, store);
    const services = build(config, store, duties, { installation: await store.installation(), key }, log);
    steps.push(() => services.audit.close());
    await services.audit.begin();
    const notices = await Notices.open(config.notices, { store, log, operations: services.operations });
    steps.push(() => notices.close());
    steps.push(dropExpiredHourly(services.parts, config.sessionLimits?.idleSec ?? 0));
    const server = buildServer(services, config.trustProxy, secure?.tls);
    steps.push(() => server.close());
    steps.push(() => services.parts.close());
    steps.push(() => endWork(services));
    await beginWork(services, steps);
    const address = await server.listen({ host: config.listenAddress, port: config.port });
    services.endpoint = url = `${secure ? address.replace(/^http:/, 'https:') : address}/RPC2`;
    // nothing waits for it: whoever wants to sign in there is told, everybody else can do without
    services.elsewhere?.driver
      .begin()
      .catch((error: unknown) => log.warn({ why: reasonOf(error) }, 'sign-in elsewhere'));
    if (!secure) return { endpoint: services.endpoint, services, close };
    const { fingerprint, pin } = secure.tls;
    log.info({ fingerprint, pin }, 'the endpoint is reached over TLS');
    return { endpoint: services.endpoint, pin, services, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Takes duties and works on them, until a step of `steps` ends that. */
async function beginWork(services: RunningServices, steps: Array<() => unknown>): Promise<void> {
  const { parts, tick, scheduler, upkeep } = services;
  const { duties } = parts;
  const takeUp = new TakeUp(services);
  await takeUp.clearDirectories();
  steps.push(
    () => takeUp.end(),
    duties.onTold((word) => takeUp.heed(word)),
    duties.onChange(({ gained, lost }) => {
      for (const duty of lost)
        if (duty.startsWith('datastore:')) upkeep.giveUp(Number(duty.slice('datastore:'.length)));
      if (gained.length > 0) takeUp.heed(LOOK);
    }),
  );
  await duties.begin(takeUp);
  tick.start();
  scheduler.start();
}

async function endWork(services: RunningServices): Promise<void> {
  services.parts.end();
  await services.tick.stop();
  await services.scheduler.stop();
  await services.selfBackups.stopAll();
  await services.upkeep.stopAll();
  await services.backups.stopAll();
  await services.restores.stopAll();
  await services.drills.stopAll();
  await services.files.close();
  await services.bandwidth.close();
  await services.vms.idle();
  await services.changes.idle();
  await services.images.idle();
}

/** How often progress is written down for other control nodes. */
const SAVE_PROGRESS_MS = 2000;

/** What is this installation's alone. */
interface Own {
  installation: string;
  /** Encrypts the secrets in the store. */
  key: Uint8Array;
}

function build(config: Config, store: Store, duties: Duties, own: Own, log: Logger): RunningServices {
  const parts = makeParts(config, store, own, log, duties, (vm) => restores.instant.ready(vm));
  const alone = config.postgres === undefined; // SQLite is one node's
  const forwarding = new Forwarding(parts, { key: nodeKey(own.key), alone });
  const operations = new OperationLog(store, parts.clock, duties.nodeId, alone ? 0 : SAVE_PROGRESS_MS);
  const runs = new AllRuns(store, operations, {
    alone,
    failed: (err) => log.warn({ err }, 'the runs of other control nodes could not be read'),
  });
  const turns = new Turns();
  const vms = new VmRunner(parts, turns, () => tick.wake());
  const tick = new VmTick(parts, vms);
  const { limits, schedule } = config;
  const upkeep = new Upkeep(parts, operations, limits.maxUpkeep);
  const backups = new BackupRunner(parts, operations, upkeep, () => tick.wake());
  const makeWay = (datastoreId: number): Promise<void> => upkeep.makeWay(datastoreId);
  const restores = new RestoreRunner({ parts, log: operations, turns, makeWay }, limits.maxRestores);
  const acting = actingThrough(() => services);
  const elsewhere = countedElsewhere(store, {
    ownsHost: (id) => duties.owns(`host:${id}`),
    any: () => duties.isShared,
  });
  const jobs = new JobRuns(parts, acting, operations);
  const services: RunningServices = {
    parts,
    operations,
    runs,
    overview: new Overview({
      store,
      runs,
      clock: parts.clock,
      timeZone: schedule.timeZone,
      next: nextOccurrence,
      waiting: async () => [...services.scheduler.waiting(), ...(await forwarding.waitingElsewhere())],
    }),
    vms,
    changes: new ChangeRunner(parts, turns, () => tick.wake()),
    images: new ImageRunner(parts),
    tick,
    upkeep,
    selfBackups: new SelfBackups({
      ...{ parts, upkeep, log: operations, settings: config.selfBackup },
      sources: {
        ...{ place: config, stateDirectory: config.stateDirectory },
        ...{ installation: own.installation, keep: config.selfBackup.keep },
      },
    }),
    backups,
    scheduler: new Scheduler(parts, operations, backups, jobs, acting, { limits, policy: schedule, elsewhere }),
    bandwidth: new Bandwidth({
      ...{ parts, log: operations, rates: moverRates, elsewhere: () => elsewhere.taken() },
      rules: () => services.scheduler.rules(),
    }),
    schedulePolicy: schedule,
    limits,
    restores,
    drills: new DrillRunner(parts, operations, makeWay, {
      most: limits.maxDrills,
      scripts: config.drillScripts,
    }),
    files: new FileReader(parts, makeWay),
    datastoreLocation: config.datastoreLocation,
    ...signInOf(config, parts, own.key),
    forwarding,
    audit: new AuditTrail(parts, {
      ...{ nodeName: config.nodeName, keepDays: config.auditKeepDays ?? 0 },
      anchors: config.auditAnchors,
    }),
    ...(config.sessionLimits && { sessionLimits: config.sessionLimits }),
    rateLimit: config.rateLimit && new RateLimit(config.rateLimit, parts.clock),
    endpoint: '',
  };
  return services;
}

function signInOf(
  { signIn }: Config,
  { clock }: Pick<Parts, 'clock'>,
  key: Uint8Array,
): Pick<Services, 'passwords' | 'authDrivers' | 'elsewhere'> {
  const passwords = passwordDrivers(signIn);
  const driver = redirectDriver(signIn, clock);
  return {
    passwords,
    authDrivers: [...passwords.keys(), PUBLIC_DRIVER],
    elsewhere: driver && { driver, key: signInKey(key) },
  };
}

function makeParts(
  config: Config,
  store: Store,
  { installation, key }: Own,
  log: Logger,
  duties: Duties,
  servesInstant: Parts['servesInstant'],
): Parts & { end: () => void; close: () => void } {
  const hypervisorConfigOf = (host: Host): HypervisorConfig => {
    const own = { installation, adopted: adoptions.of(host.id) };
    return host.vmMad === 'fake'
      ? {
          driver: 'fake',
          uri: text(host.template, 'FAKE_DIRECTORY') ?? `${config.stateDirectory}/fake-host-${host.id}`,
          ...own,
        }
      : { driver: 'libvirt', uri: text(host.template, 'LIBVIRT_URI') ?? 'qemu:///system', ...own };
  };
  const { stateDirectory, sshKey } = config;
  const runDirectory = `${stateDirectory}/run`;
  const reached = reach({ store, log, installation, stateDirectory, sshKey, runDirectory, hypervisorConfigOf });
  const adoptions = new Adoptions(reached.hypervisorOf);
  const unsealed = (datastore: Datastore): Datastore => ({
    ...datastore,
    template: unsealAttributes(key, datastore.template, `datastore [${datastore.id}]`),
  });
  const backupStoreConfigOf = async (datastore: Datastore): Promise<BackupStoreConfig> => ({
    driver: datastore.dsMad,
    datastoreId: datastore.id,
    basePath: datastore.basePath,
    inUse: (await store.links.of('image-datastore', datastore.id)).length > 0,
    attributes: Object.fromEntries(
      unsealed(datastore).template.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    ),
  });
  return {
    store,
    log,
    clock: Date.now,
    timeZone: config.schedule.timeZone,
    servesInstant,
    screenDirectory: `${config.stateDirectory}/drills`,
    ...reached,
    runDirectory,
    hypervisorConfigOf,
    adoptions,
    backupStoreConfigOf,
    backupStoreOf: async (datastore) => openBackupStore(await backupStoreConfigOf(datastore)),
    sealed: (attributes) => sealAttributes(key, attributes),
    unsealed,
    duties,
  };
}
