// What happens in each round of a chain's life, of a seed: what the guest writes, what befalls its machine, how its backup goes. Every
// kind of event comes once before any comes again. Pure.
import { Random } from './random.ts';

export const EVENTS = [
  'nothing',
  'nothing',
  'nothing',
  'power cycle',
  'killed',
  'attach or detach',
  'resize',
  'reset',
  'cancelled',
  'upload fails',
  'powered off',
  'powered off, then nothing written',
] as const;
export type Event = (typeof EVENTS)[number];

export interface Round {
  number: number;
  event: Event;
  /** Shell commands in the guest, one after the other, before the backup. */
  writes: string[];
  /** A command that goes on while the backup uploads. */
  meanwhile: string;
  /** Which phase of its backup a cancel waits for. */
  phase: string;
  /** From 0 to below 1: which disk an event is about, which surviving point is restored. */
  disk: number;
  restored: number;
}

/** Phases of a backup, in which it may be cancelled. */
export const PHASES = ['preparing the store', 'fixing the instant', 'reading block status', 'uploading'];

/** The disks of the guest in 64 KiB blocks: a file of the root disk, one of the data disk, and the data disk behind its file system. */
const ROOT_FILE = 400;
const DATA_FILE = 400;
const BEHIND = { from: 1024, to: 1536 };

/** Rounds without end; the first one is undisturbed, as there has to be something to disturb. */
export function* planRounds(seed: number): Generator<Round> {
  const random = new Random(seed);
  let deck: Event[] = [];
  for (let number = 0; ; number++) {
    if (deck.length === 0) deck = random.shuffled(EVENTS);
    const event = number === 0 ? 'nothing' : (deck.pop() ?? 'nothing');
    yield {
      number,
      event,
      writes: event === 'powered off, then nothing written' ? [] : writesOf(random),
      meanwhile: randomBlocks(random, 24),
      phase: random.pick(PHASES),
      disk: random.next(),
      restored: random.next(),
    };
  }
}

function writesOf(random: Random): string[] {
  const kinds = [randomBlocks, smallWrites, zeroes, discard, trim];
  return [
    randomBlocks(random, random.whole(4, 32)),
    ...random
      .shuffled(kinds)
      .slice(0, 2)
      .map((kind) => kind(random, 6)),
  ];
}

function randomBlocks(random: Random, count: number): string {
  const blocks = (from: number, to: number): string => random.wholes(count, from, to).join(' ');
  return random.pick([
    `scribble /root/blob 65536 ${blocks(0, ROOT_FILE)}; scribble /data/blob 65536 ${blocks(0, DATA_FILE)}`,
    `scribble /dev/vdb 65536 ${blocks(BEHIND.from, BEHIND.to)}; scribble /root/blob 65536 ${blocks(0, ROOT_FILE)}`,
  ]);
}

function smallWrites(random: Random, count: number): string {
  const sectors = random.wholes(count, BEHIND.from * 128, BEHIND.to * 128).join(' ');
  return `scribble /dev/vdb 512 ${sectors}; scribble /data/small 1000 ${random.wholes(count, 0, 100).join(' ')}`;
}

function zeroes(random: Random): string {
  const at = random.whole(BEHIND.from, BEHIND.to - 32);
  return `dd if=/dev/zero of=/dev/vdb bs=64k seek=${at} count=${random.whole(1, 32)} conv=notrunc 2>/dev/null; sync`;
}

/** A device is discarded only while nothing is mounted from it. */
function discard(random: Random): string {
  const offset = random.whole(BEHIND.from, BEHIND.to - 64) * 65_536;
  const length = random.whole(1, 64) * 65_536;
  return `umount /data && blkdiscard -o ${offset} -l ${length} /dev/vdb && mount -t ext4 -o noatime /dev/vdb /data`;
}

function trim(random: Random): string {
  const [file, disk] = random.pick<[string, string]>([
    ['/root/blob', '/'],
    ['/data/blob', '/data'],
  ]);
  return `rm -f ${file}; sync; fstrim ${disk}`;
}
