// Which runs of the past are asked for, as a template: VM_ID="3", RESULT="failed,cancelled" ... Pure.
import { text, type Attributes } from '../model/attributes.ts';
import { CODE, OneError } from '../model/errors.ts';
import { OPERATION_KINDS, OPERATION_RESULTS } from '../model/operation.ts';
import type { RunChoice } from '../model/run-figures.ts';

const IDS = { VM_ID: 'vmId', JOB_ID: 'jobId', DATASTORE_ID: 'datastoreId' } as const;
const TIMES = { FROM: 'fromMs', TO: 'untilMs' } as const;
const KNOWN = [...Object.keys(IDS), 'KIND', 'RESULT', ...Object.keys(TIMES)];

/** Throws for what is not known: a filter that is left out would show more than was asked for. */
export function readRunFilter(template: Attributes): RunChoice {
  const unknown = template.find(([name, value]) => !KNOWN.includes(name) || typeof value !== 'string');
  if (unknown) throw wrong(`${unknown[0]} is no plain value by which runs are found; there are ${KNOWN.join(', ')}.`);
  const filter: RunChoice = {};
  for (const [name, key] of Object.entries(IDS)) {
    const value = text(template, name);
    if (value === undefined) continue;
    if (!/^\d{1,9}$/.test(value)) throw wrong(`${name}="${value}" is no id; it must be a number from 0.`);
    filter[key] = Number(value);
  }
  for (const [name, key] of Object.entries(TIMES)) {
    const value = text(template, name);
    if (value === undefined) continue;
    if (!/^\d{1,11}$/.test(value)) throw wrong(`${name}="${value}" is no time; it must be epoch seconds.`);
    filter[key] = Number(value) * 1000;
  }
  const kinds = words(template, 'KIND', OPERATION_KINDS);
  const results = words(template, 'RESULT', OPERATION_RESULTS);
  return { ...filter, ...(kinds && { kinds }), ...(results && { results }) };
}

function words<T extends string>(template: Attributes, name: string, known: readonly T[]): T[] | undefined {
  const value = text(template, name);
  return value?.split(',').map((word) => wordOf(name, word.trim(), known));
}

/** One of the words that are known; an error that names the attribute otherwise. */
export function wordOf<T extends string>(name: string, word: string, known: readonly T[]): T {
  const found = known.find((one) => one === word);
  if (found !== undefined) return found;
  throw wrong(`${name}="${word}" is not known; it must be one of ${known.join(', ')}.`);
}

function wrong(message: string): OneError {
  return new OneError(CODE.ACTION, message);
}
