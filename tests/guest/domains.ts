// The domains of tests in this machine's libvirt, and what a test run that was cut short has left of them.
import { run } from '../../src/exec/exec.ts';

export const URI = 'qemu:///system';

export const virsh = async (...args: string[]): Promise<string> =>
  (await run(['virsh', '-q', '-c', URI, ...args])).stdout;

/** Ends a domain, if there is one, and makes libvirt forget it. */
export async function removeDomain(domain: string): Promise<void> {
  const all = ['--managed-save', '--snapshots-metadata', '--checkpoints-metadata'];
  await run(['virsh', '-q', '-c', URI, 'destroy', '--domain', domain], { okCodes: [1] });
  await run(['virsh', '-q', '-c', URI, 'undefine', '--domain', domain, ...all], { okCodes: [1] });
}

/** Removes the domains that an earlier run left for the VMs of a test, which may have `count` of them beginning with `first`. */
export async function removeLeftovers(first: number, count = 100): Promise<void> {
  for (const domain of (await virsh('list', '--all', '--name')).split('\n')) {
    const id = Number(/^one-(\d+)$/.exec(domain.trim())?.[1] ?? NaN);
    if (!(id >= first && id < first + count)) continue;
    // only a test's: its disks are in the state directory of a test
    if ((await virsh('dumpxml', '--domain', domain)).includes(`/var/test-${first}-`)) await removeDomain(domain);
  }
}
