// Who may import whom under src/. One table names the rooms and what each may use; one list names the pure files, which
// decide without touching anything. Both are read here and nowhere else, so changing the architecture is changing this file.
import { readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '..');

/** Rooms that know nothing of the verbs. Each stands on the nouns; those that start programs also use exec. */
const LEAVES = [
  'wire',
  'access',
  'disk',
  'nbd',
  'fuse',
  'hypervisor',
  'datastore',
  'store',
  'exec',
  'appliance',
  'nodes',
  'sign-in',
];
/** How servers are known over TLS, by daemons and by commands. */
const TLS = 'tls';
/** What a program on another machine opens, and is reached through. */
const DOORS = ['model', 'hypervisor', 'datastore', 'exec'];
const VERBS = ['vm', 'backup', 'restore', 'drill', 'schedule'];
const ANY = '*';

/** Room (a folder of src/, or a file directly in it) -> the rooms it may import, and why no others. */
export const ROOMS = {
  model: { may: [], why: 'the nouns stand on nothing, so that everything can stand on them' },
  wire: { may: ['model'], why: 'it only turns nouns into what clients see' },
  access: { may: ['model', 'wire'], why: 'whether somebody may do something is decided from nouns alone' },
  'sign-in': { may: ['model', 'access'], why: 'it says whether a password is right, and not what its owner may do' },
  disk: { may: ['model'], why: 'disk formats are computed; whoever has the bytes brings them' },
  nbd: { may: ['model'], why: 'it speaks one protocol and does not know what the bytes mean' },
  fuse: { may: ['model', 'exec'], why: 'it shows files and does not know what is in them' },
  exec: { may: ['model'], why: 'it runs programs and does not know what they are for' },
  [TLS]: {
    may: ['model', 'exec'],
    why: 'it makes a certificate and knows servers by theirs; what is said over TLS is not its business',
  },
  appliance: {
    may: ['model', 'exec'],
    why: 'it reads disks whose guests are hostile and is given sockets to read them from, nothing else',
  },
  store: { may: ['model'], why: 'it keeps nouns and decides nothing about them' },
  nodes: {
    may: ['model', 'store'],
    why: 'it says which control node does what, from what is kept, and does none of it',
  },
  hypervisor: {
    may: ['model', 'nbd', 'exec'],
    why: 'a driver does one thing to one hypervisor, whose block devices speak NBD; who asks for it is not its business',
  },
  datastore: {
    may: ['model', 'exec'],
    why: 'a driver does one thing to one store; who asks for it is not its business',
  },
  remote: {
    may: DOORS,
    why: 'it carries what doors say to another machine and back, and decides nothing of what is done there',
  },
  vm: { may: ['model', ...LEAVES], why: 'the verbs above it call down, never the other way' },
  backup: { may: ['model', ...LEAVES, 'vm'], why: 'what backup and restore share belongs to model/ or disk/' },
  restore: { may: ['model', ...LEAVES, 'vm'], why: 'what backup and restore share belongs to model/ or disk/' },
  drill: {
    may: ['model', ...LEAVES, 'vm', 'restore'],
    why: 'it boots what a restore would bring back, and changes nothing of a backup but what is told of it',
  },
  schedule: {
    may: ['model', ...LEAVES, 'vm', 'backup', 'restore'],
    why: 'it starts the verbs and is started by the app',
  },
  mover: {
    may: ['model', 'disk', 'nbd', 'fuse', 'hypervisor', 'datastore', 'exec', 'appliance'],
    why: 'it runs alone beside the disks: it gets a task and knows no daemon, database or client',
  },
  doctor: {
    may: ['model', 'wire', 'config', 'exec', 'hypervisor', 'datastore', 'appliance'],
    why: 'it looks at the machine from outside and must work when the daemon does not',
  },
  notices: {
    may: ['model', 'config', 'exec', 'store', 'vm'],
    why: 'it hears how runs end and tells others; nobody who runs something waits for it or knows it',
  },
  recover: {
    may: ['model', 'wire', 'config', 'store', 'datastore', 'vm'],
    why: 'it brings a lost database back where no daemon is, and asks nobody but the store that has it',
  },
  database: {
    may: ['model', 'wire', 'config', 'store'],
    why: 'it copies records as they are while no daemon is there, and does not know what they say',
  },
  nebula: {
    may: ['model', 'wire', 'access', 'config', 'disk', 'store', 'datastore', 'secrets-key'],
    why: 'it records what another manager has written, while no daemon is there, and changes nothing of that',
  },
  fsck: {
    may: ['model', 'wire', 'config', 'store', 'vm'],
    why: 'it looks at records beside the daemon or without it, and asks nobody else',
  },
  api: {
    may: ['model', ...LEAVES, ...VERBS, 'doctor', TLS],
    why: 'it answers requests; the app builds it and the mover is a process',
  },
  cli: {
    may: ['model', 'wire', 'exec', TLS],
    why: "it talks HTTP to the daemon like any other client; the only program it starts is the user's editor",
  },
  config: { may: ['model', 'wire'], why: 'settings are read before anything is built' },
  'secrets-key': {
    may: ['model', 'access', 'config', 'store'],
    why: 'it is there before anything that needs the key',
  },
  bootstrap: { may: ['model', 'access', 'config', 'store'], why: 'it fills an empty store and does nothing else' },
  dev: {
    may: ['model', 'wire', 'access', 'api'],
    why: 'it asks the API for what development begins with, like any client',
  },
  'take-up': {
    may: ['model', 'nodes', ...VERBS, 'api'],
    why: 'it only hands what was left to the runners that it is of',
  },
  app: { may: ANY, why: '' },
  main: { may: ANY, why: '' },
};

/**
 * Files that must decide and touch nothing: same arguments, same answer. They stand on pure files alone. A file whose
 * opening comment says `Pure` is bound as well, save that it may lean on its own room.
 */
const PURE = [
  /^(model|wire)\//,
  // a password's hash needs a salt by chance, an encrypted secret a nonce
  /^access\/(?!(password|secret-box|sealed-attributes)\.ts$)/,
  /^disk\/(?!.*-write\.ts$)/,
  /^vm\/states\.ts$/,
  /^backup\/(plan|retention|recovery|job)\.ts$/,
  /^restore\/(plan|strip)\.ts$/,
  /^schedule\/(due|admission)\.ts$/,
];
const SAYS_PURE = /\b(Pure[.:]|A pure )/;
/** Rooms with drivers: each folder inside is one, and only the room's all.ts names it. */
const DRIVER_ROOMS = ['hypervisor', 'datastore', 'sign-in'];
/** Node modules that reach outside the process. */
const HANDS = /^(fs|fs\/promises|net|tls|http2?|https|dgram|dns|child_process|worker_threads|sqlite)$/;
/** What reads the clock or throws dice, as `object.property`. */
const IMPURE_MEMBERS = new Map([
  ['Date.now', 'the clock'],
  ['performance.now', 'the clock'],
  ['process.hrtime', 'the clock'],
  ['process.uptime', 'the clock'],
  ['Math.random', 'chance'],
  ['crypto.randomUUID', 'chance'],
  ['crypto.randomBytes', 'chance'],
  ['crypto.randomInt', 'chance'],
  ['crypto.getRandomValues', 'chance'],
]);
const IMPURE_NAMES = new Set([...IMPURE_MEMBERS.keys()].map((member) => member.split('.')[1]));
const IMPURE_MODULES = /^(node:)?(crypto|perf_hooks)$/;

/** A file's place under src/ (`backup/plan.ts`), or undefined when it is elsewhere. */
function place(file) {
  const relative = path.relative(path.join(ROOT, 'src'), file).split(path.sep).join('/');
  return relative.startsWith('../') ? undefined : relative;
}

/** A test under src/, or a contract suite or part of one: not part of the product. */
function isTest(file) {
  return file.endsWith('.test.ts') || /[/-]contract\.ts$/.test(file);
}

function mustBePure(file) {
  return !isTest(file) && PURE.some((pattern) => pattern.test(file));
}

/** Whether the file with this text is bound to purity. */
function isPure(file, text) {
  const [opening] = /^(\/\/.*\n)*/.exec(text);
  return mustBePure(file) || (!isTest(file) && SAYS_PURE.test(opening));
}

/** The text of a file under src/, empty when there is none yet. */
function textOf(file) {
  try {
    return readFileSync(path.join(ROOT, 'src', file), 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return '';
    throw error;
  }
}

function roomOf(file) {
  return file.includes('/') ? file.slice(0, file.indexOf('/')) : file.replace(/(\.test)?\.ts$/, '');
}

/** `datastore/restic` for a file inside a driver's folder. */
function driverOf(file) {
  const [room, folder, ...rest] = file.split('/');
  return DRIVER_ROOMS.includes(room) && rest.length > 0 ? `${room}/${folder}` : undefined;
}

/** Whether `room` may import `wanted`. Tests also get the leaves, to build what their subject is handed. */
function mayImport(room, wanted, inTest) {
  const allowed = ROOMS[room].may;
  if (allowed === ANY || room === wanted || allowed.includes(wanted)) return true;
  return inTest && ['model', ...LEAVES].includes(wanted);
}

/** Why `from` may not import the file `to` (both under src/), or undefined when it may. */
function roomBreach(from, to) {
  const room = roomOf(from);
  const wanted = roomOf(to);
  if (!ROOMS[wanted]) return `src/${wanted} is not a room yet: give it a row in eslint-rules/rooms.js.`;
  if (mayImport(room, wanted, isTest(from))) return undefined;
  const { may, why } = ROOMS[room];
  return `src/${room} may not import src/${wanted}: ${why}. It may import ${may.join(', ') || 'nothing'}.`;
}

function driverBreach(from, to) {
  const own = driverOf(from);
  const driver = driverOf(to);
  const test = isTest(from);
  if (own && to === `${roomOf(own)}/all.ts` && !test) return `A driver may not import all.ts: it knows itself alone.`;
  if (!driver || driver === own || from === `${roomOf(to)}/all.ts`) return undefined;
  if (test && driver.endsWith('/fake')) return undefined;
  const shared = `src/${roomOf(to)}/`;
  if (own) return `The driver ${own} may not import the driver ${driver}: what they share belongs to ${shared}.`;
  return `Only ${shared}all.ts names drivers: ask it for one instead of importing ${driver}.`;
}

/** Why the pure file `from` may not import `to`. Of the doors it may name the shapes they speak of. */
function pureBreach(from, to, typeOnly) {
  if (isPure(to, textOf(to)) || (roomOf(from) === roomOf(to) && !mustBePure(from))) return undefined;
  if (typeOnly && DRIVER_ROOMS.includes(roomOf(to))) return undefined;
  return `src/${from} is pure and may not import src/${to}, which is not: hand in what it would give.`;
}

/** Why `from` may not import the Node module or package `specifier`, or undefined when it may. */
function moduleBreach(from, specifier, pure) {
  const name = specifier.replace(/^node:/, '');
  if (name === 'child_process' && roomOf(from) !== 'exec') {
    return `Only src/exec starts programs (argument arrays, limits, no secrets in argv): use run() or start().`;
  }
  if (!pure || !HANDS.test(name)) return undefined;
  return `src/${from} is pure and may not import ${specifier}: whoever calls it reads and writes.`;
}

/** Why the file `from` under src/ may not import `specifier`, or undefined when it may. */
function breach(from, specifier, { typeOnly, pure }) {
  if (!ROOMS[roomOf(from)]) return `src/${roomOf(from)} is not a room yet: give it a row in eslint-rules/rooms.js.`;
  if (!specifier.startsWith('.')) return moduleBreach(from, specifier, pure);
  const to = place(path.resolve(ROOT, 'src', path.dirname(from), specifier));
  if (to !== undefined) {
    return roomBreach(from, to) ?? driverBreach(from, to) ?? (pure ? pureBreach(from, to, typeOnly) : undefined);
  }
  if (isTest(from) || specifier.endsWith('.json')) return undefined;
  return `src/ may not import ${specifier}, which lies outside it: the product does not lean on its tests or scripts.`;
}

/** Reports imports, re-exports and dynamic imports that the table does not allow. */
const imports = {
  meta: { type: 'problem', schema: [] },
  create(context) {
    const from = place(context.filename);
    if (from === undefined) return {};
    const pure = isPure(from, context.sourceCode.text);
    const check = (node) => {
      if (typeof node.source?.value !== 'string') return;
      const message = breach(from, node.source.value, { typeOnly: node.importKind === 'type', pure });
      if (message) context.report({ node: node.source, message });
    };
    return {
      ImportDeclaration: check,
      ImportExpression: check,
      ExportAllDeclaration: check,
      ExportNamedDeclaration: check,
    };
  },
};

/** Reports a look at the clock or a throw of dice in a pure file. */
const pure = {
  meta: { type: 'problem', schema: [] },
  create(context) {
    const from = place(context.filename);
    if (from === undefined || !isPure(from, context.sourceCode.text)) return {};
    const report = (node, what) =>
      context.report({ node, message: `src/${from} is pure and may not ask for ${what}: take it as an argument.` });
    const date = (node) => {
      const asksNow = node.type === 'CallExpression' || node.arguments.length === 0;
      if (node.callee.name === 'Date' && asksNow) report(node, 'the clock');
    };
    return {
      NewExpression: date,
      CallExpression: date,
      MemberExpression(node) {
        const what = IMPURE_MEMBERS.get(`${node.object.name}.${node.property.name ?? node.property.value}`);
        if (what) report(node, what);
      },
      ImportSpecifier(node) {
        const { name } = node.imported;
        const impure = IMPURE_NAMES.has(name) || name === 'performance';
        if (impure && IMPURE_MODULES.test(node.parent.source.value)) report(node, 'the clock or chance');
      },
    };
  },
};

export default { meta: { name: 'rooms' }, rules: { imports, pure } };
