// What an import says: what becomes what, what is left out and why. Pure.
import type { Plan, PlannedDatastore } from './plan.ts';
import type { FoundImage } from './repository.ts';

/** One datastore, before anything of it is recorded. */
export function datastoreLines(datastore: PlannedDatastore, found: readonly FoundImage[]): string[] {
  const { origin, name, attributes, left } = datastore;
  const shown = attributes
    .filter(([key]) => key !== 'DS_MAD')
    .map(([key, value]) => `${key}="${shownValue(key, value)}"`);
  return [
    `${origin} -> datastore ${name}, DS_MAD="${datastore.dsMad}"`,
    `  ${shown.join(' ')}`,
    ...(left.length > 0 ? [`  left out: ${left.join(', ')}`] : []),
    ...found.flatMap(imageLines),
  ];
}

function imageLines({ planned, points, lines }: FoundImage): string[] {
  const { origin, vmId, vmName } = planned;
  const of = `machine ${vmId}${vmName === '' ? '' : ` (${vmName})`}`;
  const disks = points[0]?.layers[0]?.disks.length ?? 0;
  const what =
    points.length === 0
      ? 'refused'
      : `${points.map(({ id, type }) => `${type === 'FULL' ? 'full' : 'increment'} ${id}`).join(', ')}; disks: ${disks}`;
  return [`  ${origin} of ${of}: ${what}`, ...lines.map((line) => `    ${line}`)];
}

export function refusedLines({ refused }: Plan): string[] {
  return refused.map(({ what, why }) => `${what} is refused: ${why}.`);
}

/** Passwords and keys are never told. */
function shownValue(name: string, value: unknown): string {
  if (typeof value !== 'string') return '[ ... ]';
  return /PASSWORD|KEY/.test(name) && !value.startsWith('/') ? '***' : value;
}
