// What every access rule must fulfil, whether it came as numbers or as text. Pure.
import { RESOURCE_BIT, RIGHT_BIT, type AclRule, type Resource, type Right, type Selector } from '../model/acl.ts';
import { CODE, OneError } from '../model/errors.ts';

/** A rule that has no id yet. */
export type NewRule = Omit<AclRule, 'id'>;

/** Kinds of objects and rights in the order of their bits, which is the order rules are written in. */
export const RESOURCES = (Object.keys(RESOURCE_BIT) as Resource[]).sort((a, b) => RESOURCE_BIT[a] - RESOURCE_BIT[b]);
export const RIGHTS = (Object.keys(RIGHT_BIT) as Right[]).sort((a, b) => RIGHT_BIT[a] - RIGHT_BIT[b]);

/** Kinds that belong to clusters, so that `%` selects among them. */
const IN_CLUSTERS: readonly Resource[] = ['HOST', 'NET', 'DATASTORE'];
/** Kinds that have no group, so that `@` selects nothing among them. */
const WITHOUT_GROUP: readonly Resource[] = ['HOST', 'GROUP', 'CLUSTER', 'ZONE', 'VDC'];
/** Kinds whose ids mean the same in every zone. */
const IN_ALL_ZONES: readonly Resource[] = ['USER', 'GROUP', 'ZONE', 'VDC'];

/** The error for a rule that cannot be, naming the part that is wrong. */
export function malformed(part: string, why: string): OneError {
  return new OneError(CODE.INTERNAL, `The access rule is malformed: its ${part} ${why}.`);
}

/** Returns the rule, in the order of the bits, if it can be; otherwise an error says what is wrong with it. */
export function checkRule(rule: NewRule): NewRule {
  const { user, resources, object, rights, zone } = rule;
  if (user.kind === 'cluster')
    throw malformed('user', 'is a cluster (%); it is a user (#id), a group (@id) or all (*)');
  if (resources.length === 0) throw malformed('resource', 'names no kind of object, such as VM or IMAGE');
  if (rights.length === 0) throw malformed('rights', 'are empty; they are USE, MANAGE, ADMIN and CREATE');
  if (zone.kind === 'group') throw malformed('zone', 'is a group (@); it is a zone (#id) or all (*)');
  if (zone.kind === 'cluster') throw malformed('zone', 'is a cluster (%); it is a zone (#id) or all (*)');
  checkObject(resources, object, zone);
  return {
    ...rule,
    resources: RESOURCES.filter((resource) => resources.includes(resource)),
    rights: RIGHTS.filter((right) => rights.includes(right)),
  };
}

function checkObject(resources: readonly Resource[], object: Selector, zone: Selector): void {
  if (object.kind === 'cluster') {
    const outside = resources.find((resource) => !IN_CLUSTERS.includes(resource));
    if (outside === undefined) return;
    throw malformed('resource', `selects ${outside} by cluster (%), as only ${IN_CLUSTERS.join(', ')} can be`);
  }
  if (object.kind === 'group') {
    const bare = resources.find((resource) => WITHOUT_GROUP.includes(resource));
    if (bare !== undefined) throw malformed('resource', `selects ${bare} by group (@), which has none`);
  }
  if (object.kind === 'id' && zone.kind === 'all') {
    const local = resources.find((resource) => !IN_ALL_ZONES.includes(resource));
    if (local === undefined) return;
    throw malformed('resource', `names one ${local} by its id (#), which is another in each zone; give the zone, #0`);
  }
}
