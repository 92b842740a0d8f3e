// Lets QEMU's own user open the files of a datastore without opening them to everybody on the machine.
import { chmod, chown, readFile } from 'node:fs/promises';

/** Debian's and Fedora's libvirt run QEMU with this group. */
const QEMU_GROUP = 'kvm';

/** Gives the file to QEMU's group; where there is none, or this process may not, everybody may read it. */
export async function letQemuUse(path: string): Promise<void> {
  const gid = groupId(await readFile('/etc/group', 'utf8').catch(() => ''), QEMU_GROUP);
  const given = gid !== undefined && (await chown(path, -1, gid).then(yes, no));
  await chmod(path, given ? 0o660 : 0o644);
}

/** The number of a group in the text of /etc/group. */
export function groupId(groups: string, name: string): number | undefined {
  const found = groups.split('\n').find((line) => line.startsWith(`${name}:`));
  const gid = Number(found?.split(':')[2]);
  return Number.isInteger(gid) && found !== undefined ? gid : undefined;
}

const yes = (): boolean => true;
const no = (): boolean => false;
