// Brings the programs to a host: whatever is not there, or not whole, is uploaded and checked by hash over there before it has its name.
import { pipeline } from 'node:stream/promises';
import { needsRestic } from '../datastore/all.ts';
import { run, start } from '../exec/exec.ts';
import { sshArgv, type SshTarget } from '../exec/ssh.ts';
import { CODE, OneError } from '../model/errors.ts';
import { lookText, readLook, takeText, tidyText } from './host-text.ts';
import { parcels, staged, type Parcel } from './parcels.ts';

const LOOK_LIMIT_MS = 60_000;
const UPLOAD_LIMIT_MS = 30 * 60_000;

/** What is on a host after a sync. */
export interface Synced {
  /** Directories. */
  onevault: string;
  node: string;
  /** Undefined when the host has one of its own that will do, or none can be had. */
  restic: string | undefined;
  /** Names of those that were brought just now. */
  brought: string[];
}

/** Throws a OneError, or the ExecError of ssh, when it cannot be done. */
export async function sync(target: SshTarget, base: string, signal: AbortSignal): Promise<Synced> {
  const { onevault, node, restic } = await parcels();
  const wanted = [onevault, node, ...(restic ? [restic] : [])];
  const look = await run(sshArgv(target, lookText(base, wanted)), { signal, timeoutMs: LOOK_LIMIT_MS });
  const found = readLook(look.stdout);
  const needed = [onevault, node, ...(restic && needsRestic(found.restic) ? [restic] : [])];
  const missing = needed.filter(({ name }) => !found.whole.has(name));
  for (const parcel of missing) await upload(target, base, parcel, signal);
  // one that is in use by others, or cannot be removed, stays and harms nobody
  const kept = wanted.map(({ name }) => name);
  await run(sshArgv(target, tidyText(base, kept)), { signal, timeoutMs: LOOK_LIMIT_MS }).catch(() => undefined);
  const directory = ({ name }: Parcel): string => `${base}/${name}`;
  return {
    onevault: directory(onevault),
    node: directory(node),
    restic: restic && needed.includes(restic) ? directory(restic) : undefined,
    brought: missing.map(({ name }) => name),
  };
}

async function upload(target: SshTarget, base: string, parcel: Parcel, signal: AbortSignal): Promise<void> {
  const { directory, done } = await staged(parcel);
  try {
    const modes = '--mode=u=rwX,go=rX';
    const tar = start(['tar', '-C', directory, '-chf', '-', '--owner=0', '--group=0', modes, '.'], { signal });
    const ssh = start(sshArgv(target, takeText(base, parcel)), { stdin: 'pipe', signal, timeoutMs: UPLOAD_LIMIT_MS });
    ssh.stdout.resume();
    const passed = ssh.stdin ? pipeline(tar.stdout, ssh.stdin).catch(() => undefined) : undefined; // both tell by their ends
    const [packed, taken] = await Promise.all([tar.exit, ssh.exit, passed]);
    signal.throwIfAborted();
    if (taken.code === 0 && packed.code === 0) return;
    const said = (taken.code === 0 ? packed : taken).stderr.trim().split('\n').slice(-3).join(' ');
    throw new OneError(CODE.INTERNAL, `${parcel.name} could not be brought to ${base} there: ${said}`, { retry: true });
  } finally {
    await done();
  }
}
