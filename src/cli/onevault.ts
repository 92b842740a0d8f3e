// The onevault command: starts the daemon or looks after it. Each part is loaded only when it is called, by a path that only
// the running command knows, so that the command line stays free of the daemon.
import type { CommandWords } from './completion-script.ts';
import { FAILED } from './failure.ts';
import { versionText } from './family.ts';

const PARTS: Record<string, { module: string; description: string }> = {
  serve: { module: '../main.ts', description: 'run the daemon' },
  doctor: { module: '../doctor/main.ts', description: 'check this machine and the data' },
  fsck: { module: '../fsck/main.ts', description: 'check that the records fit together, and repair what can be' },
  db: { module: '../database/main.ts', description: 'what database there is; copy it to another kind' },
  audit: { module: '../database/audit.ts', description: 'who asked for which change, and whether that log is whole' },
  tls: { module: '../app/tls-command.ts', description: 'by which fingerprint clients know this daemon' },
  'backup-self': { module: './vault-backup-self.ts', description: 'copy the database into a backup datastore' },
  'recover-self': { module: '../recover/main.ts', description: 'bring a lost database back from such a copy' },
  'import-opennebula': { module: '../nebula/main.ts', description: 'take over backups that OpenNebula wrote' },
  status: { module: './vault-status.ts', description: 'what runs, waits and failed, and which VMs lack backups' },
  summary: { module: './vault-summary.ts', description: 'machines, protection, runs and datastores in numbers' },
  runs: { module: './vault-runs.ts', description: 'what backups, restores and other work did, the newest first' },
  figures: { module: './vault-figures.ts', description: 'what runs took and moved, by day and by VM' },
  calendar: { module: './vault-calendar.ts', description: 'what ran these days, and what is going to' },
  occurrences: { module: './vault-occurrences.ts', description: 'when a schedule would happen, before it is made' },
  nodes: { module: './vault-nodes.ts', description: 'the control nodes that are up, and what each does' },
  appliance: { module: '../appliance/main.ts', description: 'the machine that reads files out of backups; build it' },
  notices: { module: '../notices/main.ts', description: 'try whether those who are told how runs end hear of it' },
  mover: { module: '../mover/main.ts', description: 'move one backup or restore; started by the daemon' },
};
const COMPLETION = { text: 'completion', description: 'print the completion script for bash or zsh' };

interface Part {
  main: (argv: string[]) => Promise<number>;
}

/** Runs a part with its arguments; the exit status. */
export async function onevault([name, ...argv]: readonly string[], write: (text: string) => void): Promise<number> {
  if (name === '--version' || name === '-V') return say(write, versionText(), 0);
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') return say(write, usage(), 0);
  if (name === COMPLETION.text) return (await import('./completion.ts')).completion(argv, ownWords());
  const part = Object.hasOwn(PARTS, name) ? PARTS[name] : undefined;
  if (!part) return say(write, `onevault: there is no ${name}\n\n${usage()}`, FAILED);
  const { main } = (await import(part.module)) as Part;
  return main(argv);
}

/** What may follow onevault, for completion. */
export function ownWords(): CommandWords {
  const parts = Object.entries(PARTS).map(([text, { description }]) => ({ text, description, options: [] }));
  const shells = ['bash', 'zsh'].map((shell) => ({ text: shell, description: `for ${shell}` }));
  return { name: 'onevault', subcommands: [...parts, { ...COMPLETION, options: shells }] };
}

function say(write: (text: string) => void, text: string, status: number): number {
  write(`${text}\n`);
  return status;
}

function usage(): string {
  const lines = ownWords().subcommands.map(({ text, description }) => `  ${text.padEnd(19)}${description}`);
  return ['Usage: onevault <command> [options]', '', ...lines, '  --version     show the version'].join('\n');
}

if (import.meta.main)
  process.exitCode = await onevault(process.argv.slice(2), (text) => void process.stdout.write(text));
