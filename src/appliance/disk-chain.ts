// How QEMU is told to open a disk of a backup: all its members as one chain, each with its format, nothing probed. Pure.

/** A disk whose members QEMU finds in the sets of descriptors with these numbers, oldest first. */
export interface ChainedDisk {
  diskId: number;
  sets: readonly number[];
}

/** The arguments that give the machine this disk, read-only, with `disk-<id>` as its serial number. */
export function diskArguments({ diskId, sets }: ChainedDisk): string[] {
  let chain: object | null = null;
  for (const set of sets) {
    const file = { driver: 'file', filename: `/dev/fdset/${set}`, 'read-only': true, locking: 'off' };
    chain = { driver: 'qcow2', 'read-only': true, file, backing: chain };
  }
  const name = `disk-${diskId}`;
  return ['-blockdev', JSON.stringify({ 'node-name': name, ...chain }), '-device', `virtio-blk-pci,drive=${name},serial=${name}`];
}
