// The bench of the layout of repositories: ten clones of one template in one repository, beside one repository for each. What is stored, what
// backups at the same time cost each other, what giving space back costs. `npm run bench:dedup [-- MIB]`.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBackupStore } from '../../src/datastore/all.ts';
import { configOf, MIB, storedMib, Template, type Own, type Repository } from './clones.ts';
import { machine } from './measure.ts';
import { table } from './report.ts';

const CLONES = 10;
const AT_ONCE = 3;
const PRUNE_MS = 3_600_000;
const mib = Number(process.argv[2] ?? 1024);
/** A first boot: keys, logs, caches, less than a percent of the disk. And a machine that has lived for a while. */
const FIRST_BOOT: Own = { places: Math.ceil(mib / 128), bytes: MIB };
const LIVED: Own = { places: Math.ceil(mib / 20), bytes: MIB };

interface Sharing {
  load: string;
  oneMib: number;
  sharedMib: number;
  sharedSec: number;
}

const tell = (text: string): void => void process.stdout.write(`${text}\n`);

/** Ten clones, each backed up in full into one repository, or each into one of its own. */
async function sharing(root: string, template: Template, own: Own, load: string, apart: boolean): Promise<Sharing> {
  const found = { load, oneMib: 0, sharedMib: 0, sharedSec: 0 };
  const path = join(root, apart ? 'apart' : 'shared');
  await rm(path, { recursive: true, force: true });
  for (let vmId = 0; vmId < CLONES; vmId++) {
    const disk = await template.clone('clone', own);
    found.sharedSec += await seconds(() => template.backup(disk, vmId, { path, datastoreId: 1 }));
    found.sharedMib = (apart ? found.sharedMib : 0) + (await storedMib(path));
    if (vmId === 0) found.oneMib = found.sharedMib;
    if (apart) await rm(path, { recursive: true });
    tell(`${load}: ${vmId + 1} VMs: ${found.sharedMib.toFixed(1)} MiB`);
  }
  return found;
}

/** Some at once, into one repository or each into its own. */
async function contention(root: string, template: Template): Promise<{ sharedSec: number; ownSec: number }> {
  const disks = await Promise.all(
    Array.from({ length: AT_ONCE }, (_, vm) => template.clone(`at-once-${vm}`, FIRST_BOOT)),
  );
  const all = async (of: (vm: number) => Repository): Promise<number> => {
    await Promise.all(disks.map((_, vm) => openBackupStore(configOf(of(vm))).prepare(new AbortController().signal)));
    return seconds(() => Promise.all(disks.map((disk, vm) => template.backup(disk, 20 + vm, of(vm)))));
  };
  const sharedSec = await all(() => ({ path: join(root, 'at-once'), datastoreId: 3 }));
  const ownSec = await all((vm) => ({ path: join(root, `at-once-${vm}`), datastoreId: 4 + vm }));
  for (const disk of disks) await rm(disk);
  return { sharedSec, ownSec };
}

/** The backup of one clone goes: what it takes to give its space back, where nine others lie beside it and where it lay alone. */
async function pruning(root: string, template: Template): Promise<{ shared: Given; own: Given; waitSec: number }> {
  const shared = { path: join(root, 'shared'), datastoreId: 1 };
  const alone = { path: join(root, 'own'), datastoreId: 2 };
  const disk = await template.clone('clone', LIVED);
  const own = await template.backup(disk, 0, alone);
  await template.backup(disk, 1, alone);
  const ownGiven = await given(alone, own.source);
  const [first = ''] = await openBackupStore(configOf(shared)).find('bench-0-1');
  const store = openBackupStore(configOf(shared));
  await store.remove([first]);
  const { signal } = new AbortController();
  const started = performance.now();
  const pruned = store.prune({ budgetMs: PRUNE_MS, signal });
  const waited = await seconds(() => template.backup(disk, 30, shared));
  const { freedBytes } = await pruned;
  const sharedGiven = { seconds: (performance.now() - started) / 1000, freedMib: freedBytes / MIB };
  return { shared: sharedGiven, own: ownGiven, waitSec: waited };
}

interface Given {
  seconds: number;
  freedMib: number;
}

async function given(repository: Repository, source: string): Promise<Given> {
  const store = openBackupStore(configOf(repository));
  await store.remove([source]);
  const started = performance.now();
  const { freedBytes } = await store.prune({ budgetMs: PRUNE_MS, signal: new AbortController().signal });
  return { seconds: (performance.now() - started) / 1000, freedMib: freedBytes / MIB };
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

async function main(): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'onevault-dedup-'));
  try {
    tell(JSON.stringify(machine()));
    const template = await Template.make(join(root, 'disks'), mib);
    const found = [
      await sharing(root, template, FIRST_BOOT, 'booted once, apart', true),
      await sharing(root, template, FIRST_BOOT, 'booted once, in one', false),
      await sharing(root, template, LIVED, '5 % changed, in one', false),
    ];
    const atOnce = await contention(root, template);
    const prune = await pruning(root, template);
    tell(`\n${sharingTable(found)}\n`);
    tell(
      `${AT_ONCE} at once: ${atOnce.sharedSec.toFixed(1)} s into one repository, ${atOnce.ownSec.toFixed(1)} s apart`,
    );
    tell(
      `space of one of ten given back: ${prune.shared.seconds.toFixed(1)} s and ${prune.shared.freedMib.toFixed(1)} MiB in one repository (with a backup that begins at the same time and takes ${prune.waitSec.toFixed(1)} s); one of two in its own: ${prune.own.seconds.toFixed(1)} s and ${prune.own.freedMib.toFixed(1)} MiB`,
    );
    tell(JSON.stringify(lastLine(found, atOnce, prune)));
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

function sharingTable(found: readonly Sharing[]): string {
  const head = ['ten clones', 'one VM, MiB', 'all ten, MiB', 'x', 's'];
  const rows = found.map(({ load, oneMib, sharedMib, sharedSec }) => {
    return [load, oneMib.toFixed(1), sharedMib.toFixed(1), (sharedMib / oneMib).toFixed(3), sharedSec.toFixed(1)];
  });
  return table([head, ...rows]);
}

function lastLine(
  found: readonly Sharing[],
  atOnce: { sharedSec: number; ownSec: number },
  prune: { shared: Given; own: Given; waitSec: number },
): Record<string, unknown> {
  const ratio = (at: number): number => {
    const one = found[at];
    return one ? Math.round((one.sharedMib / one.oneMib) * 1000) / 1000 : NaN;
  };
  return {
    bench: 'dedup',
    stored_over_one: ratio(1),
    apart_over_one: ratio(0),
    stored_over_one_5_percent: ratio(2),
    at_once_shared_s: Math.round(atOnce.sharedSec * 10) / 10,
    at_once_apart_s: Math.round(atOnce.ownSec * 10) / 10,
    prune_shared_s: Math.round(prune.shared.seconds * 10) / 10,
    prune_apart_s: Math.round(prune.own.seconds * 10) / 10,
    backup_beside_prune_s: Math.round(prune.waitSec * 10) / 10,
  };
}

await main();
