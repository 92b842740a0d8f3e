// `oneimage drill` and `onevm drill`: have a backup booted in a machine that is thrown away, and say what that showed. The status is 1
// when it did not answer, as that is an answer and no failure.
import { writeFile } from 'node:fs/promises';
import type { Attributes } from '../model/attributes.ts';
import { formatTemplate } from '../wire/template-text.ts';
import type { XmlElement } from '../wire/xml-read.ts';
import { argument, type Family, type Session } from './family.ts';
import { Failure, Told } from './failure.ts';
import { endText, followToEnd } from './follow.ts';
import { numberOption } from './ids.ts';
import { pointsOf } from './image-show-points.ts';
import { idOf, NOUN } from './lookup.ts';
import { nowOrScheduled, SCHEDULE_OPTIONS, type ScheduleOptions } from './schedule.ts';
import { idsIn } from './show.ts';

interface DrillOptions {
  increment?: string;
  serial?: string;
  pattern?: string;
  agent?: boolean;
  script?: string;
  timeout?: string;
  memory?: string;
  screen?: string;
  detach?: boolean;
}

const NEWEST = -1;
const NOT_PROVEN = 1;
const OPTIONS = [
  ['--serial <text>', 'proven by a line of the serial console with this text'],
  ['--pattern <regexp>', 'proven by a line of the serial console that matches'],
  ['--agent', 'proven by an answer of the guest agent'],
  ['--script <program>', 'proven by a program of the server that ends with 0'],
  ['--timeout <seconds>', 'how long that is waited for'],
  ['--memory <mb>', 'less memory than the VM had, in MB'],
  ['--screen <file>', 'save the picture of its last screen as PNG'],
  ['--detach', 'return at once, do not wait for what it shows'],
] as const;

export function addDrill(family: Family): void {
  const options = [['--increment <id>', 'point to boot, the newest one by default'], ...OPTIONS] as const;
  family.add<DrillOptions>(
    { usage: 'drill <image>', description: 'Boot a backup in a throw-away machine without a network', options },
    async (session, args, given) => {
      const wanted = numberOption('--increment', given.increment, NEWEST);
      await drill(session, await idOf(session.client, NOUN.image, argument(args, 0)), wanted, given);
    },
  );
}

/** The same for the newest backup of a VM, now or by schedule; when it is scheduled, what proves it is said by DRILL attributes. */
export function addVmDrill(family: Family): void {
  family.add<DrillOptions & ScheduleOptions>(
    {
      usage: 'drill <vm>',
      description: 'Boot the newest backup of a VM in a throw-away machine',
      options: [...OPTIONS, ...SCHEDULE_OPTIONS],
    },
    async (session, args, given) => {
      const said = optionsOf(given)[0]?.[0];
      if (given.schedule !== undefined && said !== undefined) {
        throw new Failure(`A scheduled drill goes by DRILL=[ ${said}="..." ] of the VM, the image or the datastore.`);
      }
      const id = await idOf(session.client, NOUN.vm, argument(args, 0));
      await nowOrScheduled(session, NOUN.vm, String(id), given, { action: 'drill' }, async () =>
        drill(session, await newestImage(session, id), NEWEST, given),
      );
    },
  );
}

/** A later backup is in an image with a higher id, or a later point of the same one. */
async function newestImage({ client }: Session, vm: number): Promise<number> {
  const ids = idsIn(await client.document('vm.info', vm, false), 'BACKUPS/BACKUP_IDS');
  if (ids.length === 0) throw new Failure(`VM ${vm} has no backup.`);
  return Math.max(...ids.map(Number));
}

async function drill(session: Session, image: number, wanted: number, given: DrillOptions): Promise<void> {
  const { client } = session;
  if (given.detach && given.screen !== undefined) throw new Failure('--screen needs to wait: leave --detach out.');
  const increment = wanted === NEWEST ? newestOf(await client.document('image.info', image)) : wanted;
  await client.call('image.drill', image, increment, formatTemplate(optionsOf(given)));
  if (!given.detach) await sayOutcome(session, image, increment, given.screen);
}

/** The newest point's own id: another may have become the newest meanwhile. */
function newestOf(image: XmlElement): number {
  const newest = pointsOf(image).at(-1);
  return newest === undefined ? NEWEST : Number(newest.textOf('ID'));
}

function optionsOf({ serial, pattern, agent, script, timeout, memory }: DrillOptions): Attributes {
  const kinds = [
    ...(serial === undefined ? [] : ['--serial']),
    ...(pattern === undefined ? [] : ['--pattern']),
    ...(agent ? ['--agent'] : []),
    ...(script === undefined ? [] : ['--script']),
  ];
  if (kinds.length > 1) throw new Failure(`${kinds.join(' and ')} exclude each other.`);
  const attributes: Attributes = [];
  if (agent) attributes.push(['CONDITION', 'AGENT']);
  if (serial !== undefined) attributes.push(['TEXT', serial]);
  if (pattern !== undefined) attributes.push(['PATTERN', pattern]);
  if (script !== undefined) attributes.push(['SCRIPT', script]);
  if (timeout !== undefined) attributes.push(['TIMEOUT', timeout]);
  if (memory !== undefined) attributes.push(['MEMORY', memory]);
  return attributes;
}

async function sayOutcome(session: Session, id: number, increment: number, screen: string | undefined): Promise<void> {
  const { client, io } = session;
  const path = `/api/progress/image/${id}?kind=drill&increment=${increment}`;
  const what = `IMAGE ${id}: drill`;
  const ended = await followToEnd(session, path, what, `oneimage show ${id}`);
  if (ended === undefined) return;
  if (ended.result === 'cancelled') throw new Failure(endText(ended, what));
  const good = ended.result === 'done';
  io.write(
    good ? `IMAGE ${id}: ${ended.reason}\n` : `IMAGE ${id}: increment ${increment} is not proven: ${ended.reason}\n`,
  );
  const points = pointsOf(await client.document('image.info', id));
  const point = points.find((one) => one.textOf('ID') === String(increment));
  if (point?.textOf('DRILL_SCREEN') === 'YES') await showScreen(session, id, increment, screen);
  else if (screen !== undefined) io.warn('There is no picture of its screen.');
  if (!good) throw new Told(NOT_PROVEN);
}

async function showScreen({ client, io }: Session, id: number, increment: number, file?: string): Promise<void> {
  const path = `/api/drill/image/${id}/${increment}.png`;
  if (file === undefined) {
    io.write(`Its last screen: ${new URL(path, client.connection.endpoint).href}\n`);
    return;
  }
  const authorization = `Basic ${Buffer.from(client.connection.session, 'utf8').toString('base64')}`;
  const response = await client.get(path, { Authorization: authorization });
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  if (response.statusCode !== 200)
    throw new Failure(`The picture could not be had: HTTP-Error: ${response.statusCode}`);
  await writeFile(file, Buffer.concat(chunks));
  io.write(`Its last screen: ${file}\n`);
}
