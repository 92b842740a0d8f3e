// The hosts that are reached over SSH, each with its one connection; and OneVault's own key, which they let in.
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { run } from '../exec/exec.ts';
import { CODE, OneError } from '../model/errors.ts';
import type { Host } from '../model/host.ts';
import type { HypervisorConfig } from '../model/hypervisor-config.ts';
import { isOverSsh, knownHostsText, sshHostOf, type SshHost } from '../model/ssh-host.ts';
import { BEAT_LIMIT_SEC } from '../model/mover-protocol.ts';
import { HostLink, type Identity } from './link.ts';

/** A host that answers nothing for four times so long is given up. */
const ALIVE_SEC = 3;

export interface HostsSettings {
  installation: string;
  /** OneVault's own files for SSH are kept in it. */
  stateDirectory: string;
  /** Private key to use instead of OneVault's own. */
  keyFile: string | undefined;
  hypervisorConfigOf: (host: Host) => HypervisorConfig;
  log: Logger;
  /** Called when a host can be reached again, or no longer. */
  changed: (hostId: number) => void;
}

interface Known {
  ssh: SshHost;
  hostId: number;
  /** What of the record it was made from. */
  from: string;
  link: HostLink;
}

export class SshHosts {
  readonly #settings: HostsSettings;
  readonly #known = new Map<number, Known>();
  #own: Promise<OwnKey> | undefined;

  constructor(settings: HostsSettings) {
    this.#settings = settings;
  }

  /** What hosts have to let in. */
  async publicKey(): Promise<string> {
    return (await this.#key()).publicKey;
  }

  async keyFile(): Promise<string> {
    return (await this.#key()).file;
  }

  /** The connection to a host over SSH; undefined for one of this machine. Throws a OneError that names a wrong attribute. */
  of(host: Host): HostLink | undefined {
    if (!isOverSsh(host)) return undefined;
    const { installation, hypervisorConfigOf, log, changed } = this.#settings;
    const ssh = sshHostOf(host, installation);
    if (!ssh) return undefined;
    const from = JSON.stringify([ssh, host.name, { ...hypervisorConfigOf(host), adopted: [] }]);
    const known = this.#known.get(host.id);
    if (known?.from === from) return known.link;
    known?.link.close();
    const link = new HostLink({
      ...{ label: `host ${host.id} (${host.name})`, ssh, log },
      identity: () => this.#identity(host.id, ssh),
      hello: () => ({ hypervisor: hypervisorConfigOf(host), beatSec: BEAT_LIMIT_SEC }),
      changed: () => changed(host.id),
    });
    this.#known.set(host.id, { ssh, hostId: host.id, from, link });
    return link;
  }

  /** How ssh reaches it. The keys that are pinned for it are written down where only this host's are. */
  async #identity(hostId: number, ssh: SshHost): Promise<Identity> {
    const { file, publicKey } = await this.#key();
    const directory = join(this.#settings.stateDirectory, '.ssh/hosts');
    const knownHosts = join(directory, String(hostId));
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await writeFile(knownHosts, knownHostsText(ssh), { mode: 0o600 });
    const { host, user, port } = ssh;
    return { publicKey, target: { host, user, port, key: file, knownHosts, aliveSec: ALIVE_SEC } };
  }

  /** OneVault's own key is made when it is needed first. */
  #key(): Promise<OwnKey> {
    const { keyFile, stateDirectory } = this.#settings;
    this.#own ??= openKey(keyFile, join(stateDirectory, '.ssh/id_ed25519')).catch((error: unknown) => {
      this.#own = undefined; // it may be there the next time
      throw error;
    });
    return this.#own;
  }

  /** Lets go of the connections to all other hosts: they are gone, or somebody else's. */
  retain(hostIds: ReadonlySet<number>): void {
    for (const [id, { link }] of this.#known) {
      if (hostIds.has(id)) continue;
      link.close();
      this.#known.delete(id);
    }
  }

  close(): void {
    this.retain(new Set());
  }
}

interface OwnKey {
  file: string;
  publicKey: string;
}

async function openKey(given: string | undefined, own: string): Promise<OwnKey> {
  if (given === undefined) await makeKey(own);
  const file = given ?? own;
  const publicKey = await readFile(`${file}.pub`, 'utf8').catch((cause: unknown) => {
    throw new OneError(CODE.INTERNAL, `SSH_KEY="${file}" is not right: ${file}.pub cannot be read.`, { cause });
  });
  return { file, publicKey: publicKey.trim() };
}

/** A key that is half written is none. */
async function makeKey(file: string): Promise<void> {
  const there = await stat(`${file}.pub`).then(
    () => true,
    () => false,
  );
  if (there) return;
  await mkdir(join(file, '..'), { recursive: true, mode: 0o700 });
  const draft = `${file}.new`;
  for (const left of [draft, `${draft}.pub`]) await rm(left, { force: true });
  await run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'onevault', '-f', draft]);
  await rename(draft, file);
  await rename(`${draft}.pub`, `${file}.pub`);
}
