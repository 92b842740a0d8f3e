// What a machine says on its serial console, line by line as it comes, and whether it has said what is waited for. Pure.
import { StringDecoder } from 'node:string_decoder';
import { createContext, Script } from 'node:vm';
import { CODE, OneError } from '../model/errors.ts';
import type { DrillCondition } from '../model/drill.ts';

type Said = Extract<DrillCondition, { kind: 'text' | 'pattern' }>;

const MOST_MS = 1000;
/** Longer lines are looked at in part: what comes last counts. */
const LONGEST_LINE = 4096;
/** Colours and moves of the cursor, and what else is no text. */
const ESCAPES =
  /(?:\x1b\[|\x9b)[0-9;?]*[ -/]*[@-~]|(?:\x1b\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?|\x1b[()][A-Z0-9]|\x1b[=>78]|[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g;

export class ConsoleText {
  readonly #waited: Array<[Said, (line: string) => boolean]>;
  readonly #decoder = new StringDecoder('utf8');
  #line = '';
  /** The last line that was not empty. */
  last = '';

  constructor(conditions: readonly DrillCondition[]) {
    this.#waited = conditions.flatMap((condition) =>
      condition.kind === 'text' || condition.kind === 'pattern' ? [[condition, testOf(condition)]] : [],
    );
  }

  /** Takes what has come; returns the condition that it fulfils, also in a line that has no end yet. */
  add(bytes: Buffer): Said | undefined {
    const lines = (this.#line + this.#decoder.write(bytes)).split('\n');
    this.#line = (lines.at(-1) ?? '').slice(-LONGEST_LINE);
    let found: Said | undefined;
    for (const raw of lines) {
      const line = raw.slice(-LONGEST_LINE).replaceAll(ESCAPES, '');
      if (line.trim() !== '') this.last = line.trim();
      found ??= this.#waited.find(([, fits]) => fits(line))?.[0];
    }
    return found;
  }
}

function testOf(condition: Said): (line: string) => boolean {
  if (condition.kind === 'text') return (line) => line.includes(condition.text);
  return timedTest(condition.pattern);
}

/** The guest chooses the line: of one on which the pattern would go on for ever no more is tested. */
function timedTest(text: string): (line: string) => boolean {
  const asked = { pattern: new RegExp(text, 'u'), line: '' };
  const context = createContext(asked);
  const script = new Script('pattern.test(line)');
  return (line) => {
    asked.line = line;
    try {
      return script.runInContext(context, { timeout: MOST_MS }) === true;
    } catch (cause) {
      throw new OneError(
        CODE.ACTION,
        `PATTERN="${text}" was tested for ${MOST_MS} ms on one line of the console and no end came.`,
        {
          cause,
          hint: 'Write it without repetitions inside repetitions, such as (a+)+, or wait for a TEXT.',
        },
      );
    }
  };
}
