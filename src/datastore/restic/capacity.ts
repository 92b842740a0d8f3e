// How much room a repository has. A directory and an SFTP server can be asked; of a bucket or a REST server nobody knows, so that the size
// is what the datastore's TOTAL_MB says, and what is used is what the recorded backups take.
import { run } from '../../exec/exec.ts';
import type { Capacity } from '../../model/datastore.ts';
import { directoryCapacity } from '../capacity.ts';
import type { ResticConfig } from './config.ts';
import { failure } from './failure.ts';
import { readSftpSpace } from './output.ts';
import type { SftpTarget } from './place.ts';
import { secretFile } from './secret-file.ts';
import { sftpArgv } from './sftp.ts';

const WHAT = 'measure the space';
const ASK_MS = 60_000;
/** Two packs, which restic writes as a whole. */
const FULL_MB = 32;

export async function capacityOf(config: ResticConfig, recordedMb: () => Promise<number>): Promise<Capacity> {
  const { local, ssh } = config.transport;
  if (local !== undefined) return directoryCapacity(local);
  if (ssh !== undefined) return sftpCapacity(config, ssh);
  const usedMb = await recordedMb();
  return { totalMb: config.totalMb, freeMb: Math.max(0, config.totalMb - usedMb), usedMb };
}

/** Whether an SFTP server has hardly any room left; one that cannot be asked has not said so. */
export async function isFull(config: ResticConfig): Promise<boolean> {
  const { ssh } = config.transport;
  const space = ssh && (await sftpCapacity(config, ssh).catch(() => undefined)); // the failure that led here is told
  return space !== undefined && space.freeMb < FULL_MB;
}

/** Of the file system that has the repository, all that is on it counted. */
async function sftpCapacity(config: ResticConfig, ssh: SftpTarget): Promise<Capacity> {
  const argv = sftpArgv(ssh, (file) => ('path' in file ? file.path : secretFile(file.text)));
  const input = `df "${config.transport.path}"\n`;
  const answer = await run(argv, { input, timeoutMs: ASK_MS, okCodes: [1, 255] });
  const space = readSftpSpace(answer.stdout);
  if (space) return space;
  throw failure(WHAT, config, { code: answer.code || 1, stderr: answer.stderr || answer.stdout });
}
