// Writes the last chapter of ARCHITECTURE.md: every source file by room, with the first sentence of its opening comment.
// usage: npm run map    after files came, went or changed their purpose
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '..');
const FILE = path.join(ROOT, 'ARCHITECTURE.md');
const HEADING = '## Every file\n';

/** Rooms from the nouns to the front door, and what each is. */
const ROOMS: Array<[room: string, what: string]> = [
  ['model', 'The nouns, pure: everything stands on them.'],
  ['wire', "What OpenNebula's clients send and see, pure."],
  ['access', 'Who may do what.'],
  ['sign-in', 'The door to whoever knows passwords, and a folder for each driver.'],
  ['disk', 'What a disk is made of: extents, qcow2, and how it is read and written.'],
  ['nbd', 'A client of the NBD protocol.'],
  ['fuse', 'A read-only directory of virtual files.'],
  ['exec', 'Runs programs; nobody else does.'],
  ['store', 'Where records are kept.'],
  ['nodes', 'Which control node does what, of several on one database.'],
  ['hypervisor', 'The door to hypervisors, and a folder for each driver.'],
  ['datastore', 'The doors to backup systems and image directories, and a folder for each driver.'],
  ['remote', 'Hosts over SSH: the agent there, the connection to it, and how the programs come there.'],
  ['vm', 'The life of virtual machines.'],
  ['backup', 'Taking, keeping and dropping backups.'],
  ['restore', 'Making templates and images from backups.'],
  ['drill', 'Booting backups to see whether they do.'],
  ['schedule', 'What starts when.'],
  ['notices', 'Tells others how runs end.'],
  ['fsck', 'Says whether the records fit together.'],
  ['tls', "The daemon's own certificate, and servers that are known by the keys of theirs."],
  ['appliance', 'The machine that reads files out of backups.'],
  ['mover', 'The process that moves the bytes of one run.'],
  ['doctor', 'Looks at the machine and says what is missing.'],
  ['database', 'Says what database there is, and copies it to one of another kind.'],
  ['recover', 'Brings a lost database back from its copy.'],
  ['nebula', 'Takes over backups that OpenNebula wrote.'],
  ['api', 'The one HTTP port.'],
  ['cli', 'The commands.'],
  ['config', 'What the configuration file may say.'],
  ['app', 'What the front door is built with.'],
  ['', 'The front door: the one place where objects are built and handed to each other.'],
];

/** The sentence that opens a file's comment; a full stop inside a name such as one.vm.info ends nothing. */
function firstSentence(file: string): string {
  const [opening = ''] = /^(\/\/.*\n)+/.exec(readFileSync(path.join(ROOT, file), 'utf8')) ?? [];
  const text = opening
    .replace(/^\/\/ ?/gm, '')
    .replaceAll('\n', ' ')
    .trim();
  if (text === '') throw new Error(`${file} opens without a comment that says what it decides or does.`);
  const [sentence] = /^.*?[.](?= [A-Z"'`]|$)/.exec(text) ?? [text];
  return sentence.replaceAll('|', '\\|');
}

function chapter(room: string, what: string, files: string[]): string {
  const title = room === '' ? 'Front door' : `\`src/${room}/\``;
  const lines = files.map((file) => `- \`${file}\`: ${firstSentence(file)}`);
  return [`### ${title}`, '', what, '', ...lines, ''].join('\n');
}

const files = globSync('src/**/*.ts', { cwd: ROOT }).filter((file) => !file.endsWith('.test.ts'));
const roomOf = (file: string): string => file.split('/').slice(1, -1)[0] ?? '';
const unknown = files.filter((file) => !ROOMS.some(([room]) => room === roomOf(file)));
if (unknown.length > 0) throw new Error(`These lie in no known room: ${unknown.join(', ')}; add it to scripts/map.ts.`);
const chapters = ROOMS.flatMap(([room, what]) => {
  const own = files.filter((file) => roomOf(file) === room).sort();
  return own.length === 0 ? [] : [chapter(room, what, own)];
});
const [before = ''] = readFileSync(FILE, 'utf8').split(HEADING);
writeFileSync(FILE, `${before}${HEADING}\n${chapters.join('\n')}`);
