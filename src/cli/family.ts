// What all commands have in common: subcommands with the global options, one session per run, and how an outcome becomes text
// and an exit status: 0 is success, 255 any failure, 1 an answer that is a bad one.
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { reasonOf } from '../model/errors.ts';
import { writtenOut } from './abbreviation.ts';
import { Client } from './client.ts';
import { endpointOf, pinOf, sessionOf, type GlobalOptions, trustedOf } from './credentials.ts';
import { FAILED, Failure, Told } from './failure.ts';
import type { Io } from './io.ts';
import { idsOf, type Noun } from './lookup.ts';

export interface Session {
  client: Client;
  io: Io;
  verbose: boolean;
}

/** An option as help shows it: `['-d, --datastore <datastore>', 'where to']`. */
export type OptionLine = readonly [flags: string, description: string];

export interface Subcommand {
  /** Name and arguments, `backup <vm>`. */
  usage: string;
  description: string;
  options?: readonly OptionLine[];
  /** Other names it is known by. */
  aliases?: readonly string[];
}

/** Runs a subcommand; options are named as commander does, `--no_ip` is `no_ip` and `--disk-id` is `diskId`. */
export type Run<Options> = (session: Session, args: string[], options: Options & GlobalOptions) => Promise<void>;

const GLOBAL_OPTIONS = [
  ['--user <name>', 'call as this user'],
  ['--password <password>', 'its password; asked for when missing'],
  ['--endpoint <url>', 'URL of the server'],
] as const;

/** A command such as onevm, to which subcommands are added. */
export class Family {
  readonly program: Command;
  readonly #io: Io;

  constructor(name: string, description: string, io: Io) {
    this.#io = io;
    this.program = new Command(name)
      .description(description)
      .version(versionText(), '-V, --version', 'show the version')
      .exitOverride()
      .configureOutput({
        writeOut: (text) => io.write(text),
        writeErr: (text) => io.warn(text),
        outputError: () => {},
      });
  }

  add<Options extends object>(subcommand: Subcommand, run: Run<Options>): void {
    const command = this.program.command(subcommand.usage).description(subcommand.description);
    if (subcommand.aliases) command.aliases(subcommand.aliases);
    const own = subcommand.options ?? [];
    // onehost create has a -v of its own.
    const verbose = own.some(([flags]) => flags.startsWith('-v,')) ? '--verbose' : '-v, --verbose';
    const all = [...own, [verbose, 'say what was done'], ...GLOBAL_OPTIONS] as const;
    for (const [flags, description] of all) command.option(flags, description);
    command.action(() => this.#run(run, command.args, command.opts<Options & GlobalOptions>()));
  }

  /** Runs with these arguments; the exit status. */
  async main(argv: readonly string[]): Promise<number> {
    const [first, ...rest] = argv;
    const command = first === undefined ? undefined : this.#commandNamed(first);
    if (first === undefined || (!command && !['-V', '--version', 'help'].includes(first))) return this.#help(first);
    try {
      const whole = command ? writtenOut(command, rest) : rest;
      await this.program.parseAsync([first, ...whole], { from: 'user' });
      return 0;
    } catch (error) {
      return report(error, this.#io);
    }
  }

  #commandNamed(name: string): Command | undefined {
    return this.program.commands.find((command) => command.name() === name || command.aliases().includes(name));
  }

  /** What OpenNebula's commands do without a subcommand and, in spite of its complaint, with an unknown one: no failure. */
  #help(first: string | undefined): number {
    this.#io.write(this.program.helpInformation());
    if (first !== undefined && !first.startsWith('-')) this.#io.warn(`Command ${first} not found`);
    return 0;
  }

  async #run<Options>(run: Run<Options>, args: string[], options: Options & GlobalOptions): Promise<void> {
    const client = new Client({
      endpoint: endpointOf(options, this.#io),
      session: await sessionOf(options, this.#io),
      timeoutSec: Number(this.#io.env['ONE_XMLRPC_TIMEOUT']) || 0,
      verifyTls: !['1', 'true', 'yes'].includes((this.#io.env['ONE_DISABLE_SSL_VERIFY'] ?? '').toLowerCase()),
      ...trustedOf(this.#io),
      ...pinOf(options, this.#io),
    });
    try {
      await run({ client, io: this.#io, verbose: options.verbose ?? false }, args, options);
    } finally {
      client.close();
    }
  }
}

/**
 * Does something to every object of a list; failures are printed one by one and the rest goes on. `doneText` is said of each with
 * -v; undefined when `act` says it itself.
 */
export async function forEachId(
  session: Session,
  noun: Noun,
  list: string,
  doneText: string | undefined,
  act: (id: number) => Promise<unknown>,
): Promise<void> {
  let failed = false;
  for (const id of await idsOf(session.client, noun, list)) {
    try {
      await act(id);
      if (doneText !== undefined) done(session, noun, id, doneText);
    } catch (error) {
      failed = true;
      session.io.warn(reasonOf(error));
    }
  }
  if (failed) throw new Told();
}

/** Says with -v what was done to one object. */
export function done(session: Session, noun: Noun, id: number, text: string): void {
  if (session.verbose) session.io.write(`${noun.rname} ${id}: ${text}\n`);
}

function report(error: unknown, io: Io): number {
  if (error instanceof CommanderError) return reportUsage(error, io);
  if (error instanceof Told) return error.status;
  io.warn(reasonOf(error));
  return FAILED;
}

/** Help and version end commander with an exit code of 0; everything else is wrong usage. */
function reportUsage(error: CommanderError, io: Io): number {
  if (error.exitCode === 0) return 0;
  const option = /unknown option '(.*?)'/.exec(error.message)?.[1];
  io.warn(option === undefined ? error.message.replace(/^error: /, '') : `invalid option: ${option}`);
  return FAILED;
}

/** Two lines: product and version, then whose it is. */
export function versionText(): string {
  const url = new URL('../../package.json', import.meta.url);
  const { version } = JSON.parse(readFileSync(url, 'utf8')) as { version: string };
  return `OneVault ${version}\nLicensed under the Apache License, Version 2.0`;
}

/** Asserts an argument that the usage line demands. */
export function argument(args: readonly string[], index: number): string {
  const value = args[index];
  if (value === undefined) throw new Failure('Wrong number of arguments');
  return value;
}
