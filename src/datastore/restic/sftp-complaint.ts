// Why an SFTP server cannot be reached, in ssh's own words: restic may end before it has repeated them.
import { run } from '../../exec/exec.ts';
import type { ResticConfig } from './config.ts';
import { secretFile } from './secret-file.ts';
import { sftpArgv } from './sftp.ts';

const ASK_MS = 30_000;

/** Empty when the server can be reached now, or does not say. */
export async function sftpComplaint({ transport: { ssh } }: ResticConfig): Promise<string> {
  if (ssh === undefined) return '';
  const argv = sftpArgv(ssh, (file) => ('path' in file ? file.path : secretFile(file.text)));
  const okCodes = Array.from({ length: 255 }, (_, code) => code + 1);
  try {
    const { code, stderr } = await run(argv, { input: 'pwd\n', timeoutMs: ASK_MS, okCodes });
    return code === 0 ? '' : stderr;
  } catch {
    return ''; // what restic has said is all that is known
  }
}
