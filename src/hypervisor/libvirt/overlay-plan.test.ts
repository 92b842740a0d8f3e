import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  inOrder,
  layerOf,
  nextName,
  stepsBetween,
  stepsToCollapse,
  trackerNumber,
  type Layer,
  type Stack,
  type Step,
} from './overlay-plan.ts';

const DIRECTORY = '/vms/7/disk.0.snap';
const CLUSTERS = 6;

describe('names of layers', () => {
  it('are ordered by number, not by letter', () => {
    expect(inOrder(['10', '9', '9.2', '9.10', '9.1', 'leaving', '3.part', 'x1'])).toEqual([
      ...['9', '9.1', '9.2', '9.10', '10'],
    ]);
  });

  it('come after all that are there', () => {
    expect(nextName([], 4)).toBe('4');
    expect(nextName(['2', '3'], 4)).toBe('4');
    expect(nextName(['4', '3'], 4)).toBe('4.1');
    expect(nextName(['4.9', '4'], 4)).toBe('4.10');
    expect(nextName(['5'], 4)).toBeUndefined();
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[0-9]{1,2}(\.[0-9]{1,2})?$/)), fc.nat(99), (names, tracker) => {
        const next = nextName(names, tracker);
        expect(next === undefined || inOrder([...names, next]).at(-1) === next).toBe(true);
        expect(next === undefined || !names.includes(next)).toBe(true);
      }),
    );
  });

  it('are found by tracker, the last attempt counting', () => {
    const layers = ['/images/9', ...['3', '4', '4.1', '6'].map((name) => `${DIRECTORY}/${name}`)].map(layer);
    expect(layerOf({ layers }, 4)).toBe(3);
    expect(layerOf({ layers }, 5)).toBe(-1);
    expect(layerOf({ layers }, 9)).toBe(-1); // the disk itself is no layer, whatever it is called
  });

  it('belong to trackers of that form only', () => {
    expect(trackerNumber('one-7-12')).toBe(12);
    expect(trackerNumber('one-7')).toBeUndefined();
    expect(trackerNumber('two-7-1')).toBeUndefined();
  });
});

/** Files that stand on each other, each with the clusters that were written to it. */
type Files = Map<string, { backing: string | null; data: Map<number, number> }>;

describe('steps', () => {
  const scene = fc.record({
    contents: fc.array(fc.dictionary(fc.integer({ min: 0, max: CLUSTERS - 1 }).map(String), fc.nat()), {
      minLength: 1,
      maxLength: 6,
    }),
    low: fc.nat(5),
    high: fc.nat(5),
    crashes: fc.array(fc.record({ after: fc.nat(8), half: fc.array(fc.boolean(), { maxLength: CLUSTERS }) }), {
      maxLength: 5,
    }),
  });

  it('never change what the newest layer shows, wherever they are cut short, and finish when repeated', () => {
    fc.assert(
      fc.property(scene, ({ contents, low, high, crashes }) => {
        const files = filesOf(contents);
        const before = view(files);
        const upper = Math.min(Math.max(low, high) + 1, contents.length - 1);
        const lower = Math.min(low, high, upper);
        const paths = [...files.keys()];
        const plan = (): Step[] => {
          const stack = read(files);
          const at = (index: number): number => stack.layers.findIndex(({ path }) => path === paths[index]);
          return stepsBetween(stack, at(lower), at(upper));
        };
        go(files, plan, crashes, before);
        expect([...files.keys()]).toEqual(paths.filter((_, index) => index <= lower || index >= upper));
      }),
    );
  });

  it('leave the disk alone with all that was written', () => {
    fc.assert(
      fc.property(scene, ({ contents, crashes }) => {
        const files = filesOf(contents);
        const before = view(files);
        go(files, () => stepsToCollapse(read(files)), crashes, before);
        expect([...files.keys()]).toEqual(['/images/9']);
        expect(view(files)).toEqual(before);
      }),
    );
  });
});

/** Carries plans out, some only in part, then one whole. After each step the view is what it was. */
function go(
  files: Files,
  plan: () => Step[],
  crashes: Array<{ after: number; half: boolean[] }>,
  before: number[],
): void {
  for (const { after, half } of crashes) {
    const steps = plan();
    for (const step of steps.slice(0, after)) {
      apply(files, step);
      expect(view(files)).toEqual(before);
    }
    const cut = steps[after];
    if (cut?.kind === 'commit') apply(files, cut, half);
    expect(view(files)).toEqual(before);
  }
  for (const step of plan()) {
    apply(files, step);
    expect(view(files)).toEqual(before);
  }
}

function filesOf(contents: Array<Record<string, number>>): Files {
  const path = (index: number): string => (index === 0 ? '/images/9' : `${DIRECTORY}/${index + 7}`);
  const entries = contents.map((data, index): [string, { backing: string | null; data: Map<number, number> }] => [
    path(index),
    {
      backing: index === 0 ? null : path(index - 1),
      data: new Map(Object.entries(data).map(([at, value]) => [Number(at), value])),
    },
  ]);
  return new Map(entries);
}

function read(files: Files): Stack {
  const names = [...files.keys()].filter((path) => path.startsWith(DIRECTORY)).map((path) => path.split('/').at(-1)!);
  const newest = inOrder(names).at(-1);
  const layers: Layer[] = [];
  for (
    let at: string | null = newest === undefined ? '/images/9' : `${DIRECTORY}/${newest}`;
    at !== null;
    at = files.get(at)?.backing ?? null
  ) {
    expect(files.has(at)).toBe(true);
    layers.unshift(layer(at));
  }
  const strays = [...files.keys()].filter((path) => !layers.some((one) => one.path === path));
  return { layers, strays };
}

function view(files: Files): number[] {
  const { layers } = read(files);
  const of = (cluster: number): number =>
    layers.reduce((seen, { path }) => files.get(path)?.data.get(cluster) ?? seen, -1);
  return Array.from({ length: CLUSTERS }, (_, cluster) => of(cluster));
}

/** With `half` only those clusters are copied. */
function apply(files: Files, step: Step, half?: boolean[]): void {
  if (step.kind === 'remove') return void files.delete(step.path);
  const layer = files.get(step.layer.path)!;
  if (step.kind === 'rebase') return void (layer.backing = step.onto.path);
  expect(layer.backing).toBe(step.into.path);
  for (const [at, value] of layer.data) {
    if (half === undefined || half[at] === true) files.get(step.into.path)!.data.set(at, value);
  }
}

function layer(path: string): Layer {
  return { path, format: 'qcow2' };
}
