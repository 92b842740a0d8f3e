// What to do about a run that failed, once the reason that it tells is out of the way. Pure.
import type { Operation } from './operation.ts';

/** Empty for what has not failed, and for what comes again by itself. */
export function mendingStep({ kind, result, vmId, asked, imageIds, reads, inPlace, interrupted }: Operation): string {
  if (result !== 'failed') return '';
  const image = reads?.imageId ?? imageIds[0];
  if (kind === 'backup') {
    if (asked?.by === 'job') return `onebackupjob retry ${asked.jobId} backs up again what failed in its run.`;
    const again = `onevm backup ${vmId} backs it up now`;
    return asked?.by === 'schedule' ? `Its schedule tries again; ${again}.` : `${again}.`;
  }
  if (kind === 'restore') {
    const again = inPlace ? `onevm restore ${vmId} ${image ?? ''}`.trim() : `oneimage restore ${image ?? ''}`.trim();
    return `Nothing that it made is left; ${again} begins anew.`;
  }
  if (kind === 'verify') {
    return interrupted
      ? `oneimage verify ${image} reads it again.`
      : `A full backup makes a good one: onevm backup --reset ${vmId}`;
  }
  if (kind === 'drill')
    return `oneimage drill ${image} tries again; oneimage show ${image} has the picture of the screen.`;
  return 'It is tried again by itself.';
}
