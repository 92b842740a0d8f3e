// Long options may be cut as long as it stays clear which one is meant: `--data` for `--datastore`. Pure.
import type { Command, Option } from 'commander';
import { Failure } from './failure.ts';

/**
 * The arguments of a subcommand with its cut options written out. What it does not know is left to be complained about.
 * Throws Failure when several options begin so.
 */
export function writtenOut(command: Command, argv: readonly string[]): string[] {
  const options = [...(command.parent?.options ?? []), ...command.options];
  const whole: string[] = [];
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index] ?? '';
    if (word === '--') return [...whole, ...argv.slice(index)];
    const [written, option] = word.startsWith('-') ? optionOf(options, word) : [word, undefined];
    whole.push(written);
    const value = argv[index + 1];
    if (option?.required && isAlone(written, option) && value !== undefined) {
      whole.push(value);
      index += 1;
    }
  }
  return whole;
}

/** Whether the option's value is not in the same word. */
function isAlone(word: string, option: Option): boolean {
  return word === option.long || word === option.short;
}

/** Commander adds it without listing it. */
const HELP = '--help';

function optionOf(options: readonly Option[], word: string): [written: string, option: Option | undefined] {
  const [name = '', ...value] = word.split('=');
  const exact = options.find((option) => option.long === name || option.short === name);
  if (exact || !name.startsWith('--')) return [word, exact];
  const fitting = options.flatMap((option) => (option.long?.startsWith(name) ? [{ long: option.long, option }] : []));
  const all = HELP.startsWith(name) ? [...fitting, { long: HELP, option: undefined }] : fitting;
  const [only, other] = all;
  if (only === undefined) return [word, undefined];
  if (other) throw new Failure(`ambiguous option: ${name} (${all.map(({ long }) => long).join(', ')})`);
  return [[only.long, ...value].join('='), only.option];
}
