// Asks a machine for the keys that its SSH server shows. Nothing is trusted by it: a person compares their fingerprints.
import { run } from '../exec/exec.ts';
import { CODE, OneError } from '../model/errors.ts';
import { readHostKeys, type SshAddress } from '../model/ssh-host.ts';

const LIMIT_MS = 30_000;

/** Each as `<type> <base64>`. Throws a OneError when nobody answers. */
export async function scanHostKeys({ host, port }: SshAddress): Promise<string[]> {
  const argv = ['ssh-keyscan', '-T', '10', '-p', String(port), host];
  const { stdout, stderr } = await run(argv, { okCodes: [1], timeoutMs: LIMIT_MS });
  const keys = readHostKeys(stdout);
  if (keys.length > 0) return keys.sort();
  const said = stderr.trim().split('\n').at(-1) ?? '';
  throw new OneError(CODE.ACTION, `No SSH server answers at ${host}, port ${port}${said === '' ? '.' : `: ${said}`}`, {
    retry: true,
  });
}
