// `onevnet updatear`: what a network's address range becomes. A text may be the fields of the range alone or AR = [ ... ].
import { setField, vectors, type Attributes, type Vector } from '../model/attributes.ts';
import { formatTemplate, parseTemplate } from '../wire/template-text.ts';
import type { XmlElement } from '../wire/xml-read.ts';
import { Failure } from './failure.ts';
import { argument, done, type Family } from './family.ts';
import { changedTemplate } from './input.ts';
import { idOf, NOUN } from './lookup.ts';

/** What the server tells of a range without having been told it. */
const TOLD = /^(LEASES|USED_LEASES|MAC_END|IP_END|IP6_(GLOBAL|ULA)|IP6(_GLOBAL|_ULA)?_END)$/;

/** Adds `updatear`. */
export function addUpdateRange(family: Family): void {
  const options = [['-a, --append', 'keep what the text does not mention']] as const;
  family.add<{ append?: boolean }>(
    { usage: 'updatear <vnet> <range> [file]', description: 'Change a range of addresses', options },
    async (session, args, given) => {
      const { client, io } = session;
      const id = await idOf(client, NOUN.vnet, argument(args, 0));
      const range = String(rangeId(argument(args, 1)));
      const present = async (): Promise<Vector> => presentRange(await client.document('vn.info', id, false), range);
      const text = await changedTemplate(io, args[2], 3, async () => formatTemplate(await present()));
      const fields = rangeFields(parseTemplate(text));
      const whole = given.append ? merged(await present(), fields) : fields;
      setField(whole, 'AR_ID', range);
      await client.call('vn.update_ar', id, formatTemplate([['AR', whole]]));
      done(session, NOUN.vnet, id, 'address range updated');
    },
  );
}

/** The id of a range as typed. Throws Failure when it is none. */
export function rangeId(given: string): number {
  if (/^\d{1,9}$/.test(given)) return Number(given);
  throw new Failure(`The address range "${given}" is no number; onevnet show lists those of a network.`);
}

function presentRange(vnet: XmlElement, id: string): Vector {
  const range = vnet.children('AR_POOL/AR').find((candidate) => candidate.textOf('AR_ID') === id);
  if (!range) throw new Failure(`Address Range ${id} does not exist for Virtual Network ${vnet.textOf('ID')}`);
  return range.elements.filter(({ name }) => !TOLD.test(name)).map(({ name, text }) => [name, text]);
}

/** The fields of the only AR in a template, or else its own. Throws Failure when there are several, or other vectors. */
export function rangeFields(attributes: Attributes): Vector {
  const [range, other] = vectors(attributes, 'AR');
  if (other) throw new Failure('The text has more than one AR; a range is changed by its own.');
  if (range) return range;
  return attributes.map(([name, value]) => {
    if (typeof value === 'string') return [name, value];
    throw new Failure(`The text has a vector ${name}; a range has only plain attributes.`);
  });
}

function merged(present: Vector, fields: Vector): Vector {
  const result: Vector = present.map(([name, value]) => [name, value]);
  for (const [name, value] of fields) setField(result, name, value);
  return result;
}
