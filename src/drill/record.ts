// What drills leave in records: on the point that was booted, and on the VM the newest of its points that was proven. Pure.
import type { PointDrill, Proof } from '../model/drill.ts';
import { IMAGE_STATE, IMAGE_TYPE, type BackupPoint, type Image } from '../model/image.ts';
import type { ProvenPoint, Vm } from '../model/vm.ts';

/** `screen`: whether there is a picture of this drill. */
export function noteProven(image: Image, pointId: number, proof: Proof, screen: boolean): void {
  note(image, pointId, () => ({ proven: proof, screen }));
}

/** What was proven before stays known. */
export function noteFailed(image: Image, pointId: number, failed: PointDrill['failed'], screen: boolean): void {
  note(image, pointId, ({ proven } = { screen: false }) => ({
    ...(proven && { proven }),
    ...(failed && { failed }),
    screen,
  }));
}

function note(image: Image, pointId: number, make: (before: PointDrill | undefined) => PointDrill): void {
  image.points = image.points.map((point) => (point.id === pointId ? { ...point, drill: make(point.drill) } : point));
}

/** The proof of an older point says less than that of a newer one, as long as that is there. */
export function noteNewest({ backups }: Pick<Vm, 'backups'>, proven: ProvenPoint): void {
  const { proven: before, ids } = backups;
  if (before && ids.includes(before.imageId) && before.pointDate > proven.pointDate) return;
  backups.proven = proven;
}

/** The newest point of backups that is not known to be damaged and can be read now. */
export function newestPoint(images: readonly Image[]): { image: Image; point: BackupPoint } | undefined {
  const all = images
    .filter(({ type, state }) => type === IMAGE_TYPE.BACKUP && state === IMAGE_STATE.READY)
    .flatMap((image) => image.points.map((point) => ({ image, point })))
    .filter(({ point: { verified } }) => verified?.good !== false);
  return all.reduce<(typeof all)[number] | undefined>(
    (newest, one) => (newest && newest.point.date > one.point.date ? newest : one),
    undefined,
  );
}
