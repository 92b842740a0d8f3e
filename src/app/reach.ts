// How hosts and what they hold are reached: those of this machine directly, the others through the agent that runs there.
import type { Logger } from 'pino';
import { openImageStore } from '../datastore/all.ts';
import { LocalFiles, type HostFiles } from '../datastore/files.ts';
import type { ImageStore } from '../datastore/image-store.ts';
import { moverResult, type MoverPlace } from '../exec/mover.ts';
import { openHypervisor } from '../hypervisor/all.ts';
import type { Hypervisor } from '../hypervisor/hypervisor.ts';
import { text } from '../model/attributes.ts';
import type { Datastore } from '../model/datastore.ts';
import { CODE, OneError } from '../model/errors.ts';
import type { Host } from '../model/host.ts';
import type { HypervisorConfig } from '../model/hypervisor-config.ts';
import type { CarryResult, CarryTask } from '../model/tasks/carry.ts';
import { isOverSsh, sshHostOf, type SshAddress } from '../model/ssh-host.ts';
import { remoteFiles, remoteHost, remoteHypervisor, remoteImages } from '../remote/doors.ts';
import { LocalHost, type Traffic } from '../remote/host-door.ts';
import { SshHosts } from '../remote/hosts.ts';
import { withKey } from '../remote/key-agent.ts';
import type { HostLink } from '../remote/link.ts';
import { scanHostKeys } from '../remote/scan.ts';
import type { Store } from '../store/store.ts';
import type { HostLinks, Parts, Rates } from '../vm/parts.ts';

export interface ReachSettings {
  store: Store;
  log: Logger;
  installation: string;
  stateDirectory: string;
  sshKey: string | undefined;
  runDirectory: string;
  hypervisorConfigOf: (host: Host) => HypervisorConfig;
}

type Reached = Pick<
  Parts,
  | 'hypervisorOf'
  | 'imageStoreOf'
  | 'bridgeOf'
  | 'filesOf'
  | 'move'
  | 'ending'
  | 'carry'
  | 'endProcesses'
  | 'links'
  | 'runDirectoryOf'
>;

/** `end` stops what can be begun anew, `close` lets go of every connection. */
export function reach(settings: ReachSettings): Reached & { end: () => void; close: () => void } {
  const { store, installation, runDirectory, hypervisorConfigOf } = settings;
  const links = new Links(settings);
  const ending = new AbortController();
  const remote = (host: Host | undefined): HostLink | undefined => host && links.of(host);
  const here = new LocalFiles();
  const hostHere = new LocalHost();
  const hypervisors = new Hypervisors(hypervisorConfigOf);
  const bridgeOf = (datastore: Datastore): Promise<Host | undefined> => bridge(store, links, datastore);
  const overBridge = (datastore: Datastore): ImageStore =>
    remoteImages(async () => {
      const host = await bridgeOf(datastore);
      const link = remote(host);
      if (link) return link.connected();
      throw new OneError(CODE.ACTION, `${naming(datastore)} names no host over SSH any more.`, { retry: true });
    }, datastore.basePath);
  return {
    bridgeOf,
    hypervisorOf: (host) => {
      const link = remote(host);
      return link ? remoteHypervisor(link.connected) : hypervisors.of(host);
    },
    imageStoreOf: (datastore, host) => {
      const link = remote(host);
      if (link) return remoteImages(link.connected, datastore.basePath);
      return host === undefined && bridges(datastore).length > 0
        ? overBridge(datastore)
        : openImageStore(datastore.basePath);
    },
    filesOf: (host): HostFiles => {
      const link = remote(host);
      return link ? remoteFiles(link.connected) : here;
    },
    move: async (task, signal, onEvent, host) => {
      const link = remote(host);
      return moverResult(task, signal, onEvent, link ? await link.place() : undefined);
    },
    runDirectoryOf: (host) => (host && sshHostOf(host, installation)?.runDirectory) ?? runDirectory,
    ending: ending.signal,
    end: () => ending.abort(),
    carry: (...what) => carry(links, ending.signal, ...what),
    endProcesses: (operationId, which, host) => {
      const link = remote(host);
      return (link ? remoteHost(link.connected) : hostHere).endRun(operationId, which);
    },
    links,
    close: () => links.close(),
  };
}

/** From or to this machine it goes by itself; between two others one of them is lent the key for as long as it takes. */
async function carry(
  links: Links,
  signal: AbortSignal,
  operationId: string,
  directory: string,
  from: Host,
  to: Host,
): Promise<CarryResult> {
  const [source, target] = [links.of(from), links.of(to)];
  if (!source && !target) return { carriedBytes: 0, shared: true };
  const keyFile = await links.keyFile();
  const task = { kind: 'carry' as const, operationId, directory };
  const move = (more: Pick<CarryTask, 'way' | 'other' | 'keyFile'>, place?: MoverPlace): Promise<CarryResult> =>
    moverResult<CarryResult>({ ...task, ...more }, signal, () => undefined, place);
  if (!source && target) return move({ way: 'push', other: target.ssh, keyFile });
  if (source && !target) return move({ way: 'pull', other: source.ssh, keyFile });
  return links.withKey(async (socket) =>
    move({ way: 'push', other: target!.ssh, keyFile: undefined }, await source!.place(socket)),
  );
}

/** Drivers of this machine, each opened once. */
class Hypervisors {
  readonly #open = new Map<string, Hypervisor>();
  readonly #configOf: (host: Host) => HypervisorConfig;

  constructor(configOf: (host: Host) => HypervisorConfig) {
    this.#configOf = configOf;
  }

  of(host: Host): Hypervisor {
    const wanted = this.#configOf(host);
    const key = `${wanted.driver} ${wanted.uri}`;
    const known = this.#open.get(key) ?? openHypervisor(wanted);
    this.#open.set(key, known);
    for (const domain of wanted.adopted ?? []) known.adopt(domain); // it may have been opened for another host
    return known;
  }
}

class Links implements HostLinks {
  readonly #listeners: Array<(hostId: number) => void> = [];
  readonly #seen = new Map<number, { traffic: Traffic; atMs: number }>();
  readonly #hosts: SshHosts;

  constructor({ installation, stateDirectory, sshKey, hypervisorConfigOf, log }: ReachSettings) {
    const changed = (hostId: number): void => {
      this.#seen.delete(hostId); // it may have booted, and counts anew then
      for (const listener of this.#listeners) listener(hostId);
    };
    const own = { installation, stateDirectory, keyFile: sshKey, hypervisorConfigOf, log };
    this.#hosts = new SshHosts({ ...own, changed });
  }

  of(host: Host): HostLink | undefined {
    return this.#hosts.of(host);
  }

  factsOf(host: Host): ReturnType<HostLinks['factsOf']> {
    return this.of(host)?.facts();
  }

  async ratesOf(host: Host): Promise<Rates | undefined> {
    const link = this.of(host);
    if (!link) return undefined;
    const before = this.#seen.get(host.id);
    const now = { traffic: await remoteHost(link.connected).traffic(), atMs: Date.now() };
    this.#seen.set(host.id, now);
    if (!before || now.atMs <= before.atMs) return undefined;
    const rate = (name: keyof Traffic): number =>
      Math.max(0, Math.round(((now.traffic[name] - before.traffic[name]) * 1000) / (now.atMs - before.atMs)));
    return {
      ...{ netRx: rate('netRxBytes'), netTx: rate('netTxBytes') },
      ...{ diskRead: rate('diskReadBytes'), diskWrite: rate('diskWriteBytes') },
    };
  }

  async sync(host: Host): Promise<string[]> {
    const link = this.of(host);
    if (link) return link.sync();
    throw new OneError(
      CODE.ACTION,
      `Host ${host.id} (${host.name}) is not reached over SSH: nothing is brought there.`,
      {
        objectId: host.id,
      },
    );
  }

  retain(hosts: readonly Host[]): void {
    this.#hosts.retain(new Set(hosts.filter(isOverSsh).map(({ id }) => id)));
  }

  onChange(listener: (hostId: number) => void): void {
    this.#listeners.push(listener);
  }

  keyFile(): Promise<string> {
    return this.#hosts.keyFile();
  }

  async withKey<T>(work: (socket: string) => Promise<T>): Promise<T> {
    return withKey(await this.keyFile(), work);
  }

  scan(address: SshAddress): Promise<string[]> {
    return scanHostKeys(address);
  }

  publicKey(): Promise<string> {
    return this.#hosts.publicKey();
  }

  close(): void {
    this.#hosts.close();
  }
}

/** Names in BRIDGE_LIST. */
function bridges({ template }: Datastore): string[] {
  return (text(template, 'BRIDGE_LIST') ?? '').split(/\s+/).filter((name) => name !== '');
}

function naming(datastore: Datastore): string {
  return `BRIDGE_LIST="${bridges(datastore).join(' ')}" of datastore ${datastore.id}`;
}

/** The first that can be reached now, else the first. One of this machine is this machine. */
async function bridge(store: Store, links: Links, datastore: Datastore): Promise<Host | undefined> {
  const names = bridges(datastore);
  if (names.length === 0) return undefined;
  const all = await store.hosts.list({ ascending: true });
  const named = names.map((name) => {
    const host = all.find((one) => one.name === name);
    if (host) return host;
    throw new OneError(CODE.ACTION, `${naming(datastore)} is not right: there is no host "${name}".`, {
      objectId: datastore.id,
    });
  });
  if (!named.every(isOverSsh)) return undefined;
  return named.find((host) => links.factsOf(host)?.isUp === true) ?? named[0];
}
