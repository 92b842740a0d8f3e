// What the table says somebody may, and what the API says to it.
import { formatCall, type Value } from '../../../src/wire/xmlrpc.ts';
import { CODE } from '../case.ts';
import { inScope } from './scopes.ts';
import type { CallerKind } from './callers.ts';
import { CLASSES, type Need, type Operation, type Ref, type Right, type Row } from './table.ts';
import type { Scene, Thing } from './things.ts';

export type Verdict = 'may' | 'may not' | 'locked';
export type Classes = Readonly<Record<Operation, Right>>;

/** `MANAGE vm` as right and object; undefined for what is no right over an object. */
export function rightIn(need: Need, classes: Classes): { right: Right; thing: Thing } | undefined {
  const [, operation, of] = /^OP (\S+) of (\S+)$/.exec(need) ?? [];
  if (operation !== undefined) return { right: classes[operation as Operation], thing: of as Thing };
  const [right = '', thing = ''] = need.split(' ');
  return right in LEVEL ? { right: right as Right, thing: thing as Thing } : undefined;
}

export const LEVEL: Readonly<Record<Right, number>> = { USE: 1, MANAGE: 2, ADMIN: 3 };

export function expected(row: Row, caller: CallerKind, classes: Classes = CLASSES): Verdict {
  const fulfilled = row.needs.every((need) => {
    if (caller.administrator) return true;
    if (need === 'ADMINISTRATOR') return false;
    const wanted = rightIn(need, classes);
    return wanted ? caller.may(wanted.right, wanted.thing) : caller.creates(need as `CREATE IMAGE`);
  });
  return fulfilled && inScope(row.method, caller.scope) ? 'may' : 'may not';
}

export interface Reply {
  verdict: Verdict;
  code: number;
  /** Without what differs when an id does. */
  text: string;
}

/** `ids` may differ from the scene's, to ask for what does not exist. */
export async function ask(scene: Scene, session: string, row: Row, ids = scene.ids): Promise<Reply> {
  const params = row.params.map((param): Value => (isRef(param) ? idIn(param, ids) : param));
  const asked = row.params.filter(isRef).map(({ thing }) => ids[thing]);
  const [good, value, code = 0, objectId] = await scene.cloud.post(formatCall(row.method, [session, ...params]));
  if (good === true) return { verdict: 'may', code: 0, text: '' };
  const verdict = code === CODE.AUTHORIZATION ? 'may not' : code === CODE.LOCKED ? 'locked' : 'may';
  const text = JSON.stringify([value, objectId]).replace(/-?\d+/g, (id) => (asked.includes(Number(id)) ? '#' : id));
  return { verdict, code: Number(code), text };
}

const isRef = (param: Row['params'][number]): param is Ref => typeof param === 'object' && !Array.isArray(param);

function idIn({ thing, text }: Ref, ids: Scene['ids']): Value {
  return text === undefined ? ids[thing] : text.replace('#', String(ids[thing]));
}

export const thingsOf = (row: Row): Thing[] => row.params.filter(isRef).map(({ thing }) => thing);
export const nameOf = (row: Row): string =>
  `${row.method}(${row.params.map((param) => JSON.stringify(param)).join(', ')})`;
