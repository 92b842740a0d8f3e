// Access rules as people write them: `@101 DATASTORE/#100 USE *`. Pure.
import type { AclRule, Resource, Right, Selector } from '../model/acl.ts';
import { checkRule, malformed, RESOURCES, RIGHTS, type NewRule } from './acl-rule.ts';

const KIND_OF_MARK = { '#': 'id', '@': 'group', '%': 'cluster' } as const;
const MARK = { id: '#', group: '@', cluster: '%' } as const;
const LARGEST_ID = 0x7fff_ffff;
const FORM = '<user> <kind>+<kind>/<objects> <right>+<right> [<zone>], such as "@101 DATASTORE/#100 USE"';

/** Reads a rule; without a zone it is for this one, #0. Throws when no such rule can be. */
export function parseAclText(text: string): NewRule {
  const parts = text.trim().split(/\s+/);
  const [user, resource, rights, zone = '#0'] = parts;
  if (user === undefined || resource === undefined || rights === undefined || parts.length > 4) {
    throw malformed('text', `"${text}" has ${parts.length} parts; a rule is ${FORM}`);
  }
  const [kinds, objects, ...more] = resource.split('/');
  if (kinds === undefined || objects === undefined || more.length > 0) {
    throw malformed('resource', `"${resource}" is not <kind>+<kind>/<objects>, such as VM+IMAGE/*`);
  }
  return checkRule({
    user: selector('user', user),
    resources: names<Resource>('resource', kinds, RESOURCES),
    object: selector('resource', objects),
    rights: names<Right>('rights', rights, RIGHTS),
    zone: selector('zone', zone),
  });
}

export function formatAclText(rule: Pick<AclRule, keyof NewRule>): string {
  const resources = RESOURCES.filter((resource) => rule.resources.includes(resource)).join('+');
  const rights = RIGHTS.filter((right) => rule.rights.includes(right)).join('+');
  return `${selectorText(rule.user)} ${resources}/${selectorText(rule.object)} ${rights} ${selectorText(rule.zone)}`;
}

function selector(part: string, text: string): Selector {
  if (text === '*') return { kind: 'all' };
  const [, mark, id] = /^([#@%])(\d{1,10})$/.exec(text) ?? [];
  if ((mark !== '#' && mark !== '@' && mark !== '%') || Number(id) > LARGEST_ID) {
    throw malformed(part, `"${text}" is none of #id, @id, %id and *`);
  }
  return { kind: KIND_OF_MARK[mark], id: Number(id) };
}

function selectorText(selected: Selector): string {
  return selected.kind === 'all' ? '*' : `${MARK[selected.kind]}${selected.id}`;
}

function names<T extends string>(part: string, text: string, known: readonly T[]): T[] {
  return text.split('+').map((name) => {
    const found = known.find((each) => each === name.toUpperCase());
    if (found === undefined)
      throw malformed(part, `"${text}" names ${name || 'nothing'}; there are ${known.join(', ')}`);
    return found;
  });
}
