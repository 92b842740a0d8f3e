// Which files of layers make up a disk. Pure.
import { CODE, OneError } from '../model/errors.ts';
import type { Layer } from '../model/image.ts';
import type { Member } from '../model/tasks/served-disk.ts';

/** The file of a disk in each layer. Throws OneError when one has another set of disks than the last: they are of no one chain. */
export function membersOf(layers: readonly Layer[], diskId: number): Member[] {
  return layers.map((layer) => {
    const stored = layer.disks.find((disk) => disk.diskId === diskId);
    const different = layer.disks.length !== layers.at(-1)?.disks.length;
    if (stored && !different) return { source: layer.source, path: `${layer.path}/${stored.file}`, stored };
    const has = layer.disks.map((disk) => disk.diskId).join(', ');
    const wanted =
      layers
        .at(-1)
        ?.disks.map((disk) => disk.diskId)
        .join(', ') ?? '';
    throw new OneError(
      CODE.INTERNAL,
      `Snapshot ${layer.source} (increment ${layer.pointId}) holds the disks ${has || 'none'}, the newest layer ${wanted}: they cannot be merged.`,
    );
  });
}
