// Says whether the secrets that the tests have planted stayed where they belong, from the lines that were written down while they ran. Pure. A
// run that has not looked, or had nothing that could be found, has shown nothing and fails.
import type { Look } from '../tests/planted/look.ts';

const NAMES: Record<Look['kind'], string> = {
  database: 'databases',
  log: 'logs',
  file: 'other files',
  answer: 'errors and answers',
  process: 'programs',
};

export interface Verdict {
  ok: boolean;
  lines: string[];
}

/** `records` has a look in each line; `required` must have been looked at. */
export function judgePlanted(records: string, required: ReadonlyArray<Look['kind']>): Verdict {
  const looks = records
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Look);
  const looked = (kind: Look['kind']): number =>
    looks.filter((look) => look.kind === kind).reduce((sum, look) => sum + look.looked, 0);
  const sealed = looks.reduce((sum, look) => sum + (look.sealed ?? 0), 0);
  const kinds = Object.keys(NAMES) as Array<Look['kind']>;
  const all = kinds.map((kind) => `${looked(kind)} ${NAMES[kind]}`).join(', ');
  const found = [...new Set(looks.flatMap((look) => look.found))];
  const missed = required.filter((kind) => looked(kind) === 0);
  const lines = [
    `looked for planted secrets in ${all}; ${sealed} databases had them encrypted`,
    ...found.map((one) => `A planted secret is in ${one}`),
    ...missed.map((kind) => `No ${NAMES[kind]} were looked at, so nothing is known of them.`),
    ...(required.length > 0 && sealed === 0
      ? ['No database held an encrypted secret, so none could have been found.']
      : []),
  ];
  return { ok: lines.length === 1, lines };
}
