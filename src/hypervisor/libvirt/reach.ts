// Says which directories keep a user, in practice the one QEMU runs as, from reaching a file. libvirt gives the file
// itself to QEMU's user but not the directories above it.
import { dirname, resolve } from 'node:path';
import { run } from '../../exec/exec.ts';
import { CODE, OneError } from '../../model/errors.ts';

interface Identity {
  uid: number;
  gids: number[];
}

/** Directories above `path` that `user` (a name or number) may not enter, outermost first. Missing ones are not named. */
export async function unreachableFor(user: string, path: string): Promise<string[]> {
  const who = await identityOf(user);
  if (who.uid === 0) return [];
  const { stdout } = await run(['getfacl', '-p', '-n', '--', ...parentsOf(resolve(path))], { okCodes: [1] });
  return stdout
    .split('\n\n')
    .filter((block) => block.trim() !== '' && !mayEnter(block, who))
    .map((block) => /^# file: (.*)$/m.exec(block)?.[1] ?? '')
    .map(unquote);
}

/** The error for what `unreachableFor` found. */
export async function unreachableError(user: string, path: string, blocked: string[]): Promise<OneError> {
  const name = (await run(['id', '-un', user], { okCodes: [1] })).stdout.trim() || user;
  const directories = blocked.join(', ');
  return new OneError(CODE.ACTION, `QEMU runs as ${name} and cannot reach ${path}: it may not enter ${directories}.`, {
    hint: `Let it through: ${blocked.map((directory) => `setfacl -m u:${name}:x ${directory}`).join('; ')}`,
  });
}

async function identityOf(user: string): Promise<Identity> {
  const [uid, gids] = await Promise.all([run(['id', '-u', '--', user]), run(['id', '-G', '--', user])]);
  return { uid: Number(uid.stdout), gids: gids.stdout.trim().split(/\s+/).map(Number) };
}

function parentsOf(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [] : [...parentsOf(parent), parent];
}

/** Decides as the kernel does: the owner's entry, then the user's own, then any group's, then the others'. */
export function mayEnter(acl: string, who: Identity): boolean {
  const entries = [...acl.matchAll(/^(user|group|mask|other):(\d*):([rwx-]{3})/gm)];
  const executes = (kind: string, id: string): boolean | undefined =>
    entries.find((entry) => entry[1] === kind && entry[2] === id)?.[3]?.endsWith('x');
  const mask = executes('mask', '') ?? true;
  if (Number(/^# owner: (\d+)$/m.exec(acl)?.[1]) === who.uid) return executes('user', '') ?? false;
  const own = executes('user', String(who.uid));
  if (own !== undefined) return own && mask;
  const owningGroup = Number(/^# group: (\d+)$/m.exec(acl)?.[1]);
  const groups = who.gids.flatMap((gid) => [
    gid === owningGroup ? executes('group', '') : undefined,
    executes('group', String(gid)),
  ]);
  const given = groups.filter((answer) => answer !== undefined);
  return given.length > 0 ? given.some(Boolean) && mask : (executes('other', '') ?? false);
}

/** getfacl writes unusual bytes of a name as octal numbers. */
function unquote(name: string): string {
  return Buffer.from(
    name.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8))),
    'latin1',
  ).toString('utf8');
}
