// Access rules that come and go with other things. Rules that name an object go with it: its id would otherwise open nothing, and
// mislead whoever reads the rules.
import type { NewRule } from '../wire/acl-rule.ts';
import type { AclRule, Resource, Selector } from '../model/acl.ts';
import { ruleKey } from '../store/nouns.ts';
import type { Store } from '../store/store.ts';

/** Adds those that are not there yet. */
export async function addRules(tx: Store, rules: readonly NewRule[]): Promise<void> {
  const known = new Set((await tx.rules.list()).map(ruleKey));
  for (const rule of rules) if (!known.has(ruleKey(rule))) await tx.rules.allocate((id) => ({ id, ...rule }));
}

/** Removes those that nothing else stands on. */
export async function dropRules(tx: Store, rules: readonly NewRule[], needed: readonly NewRule[]): Promise<void> {
  const kept = new Set(needed.map(ruleKey));
  const gone = new Set(rules.map(ruleKey).filter((key) => !kept.has(key)));
  for (const rule of await tx.rules.list()) if (gone.has(ruleKey(rule))) await tx.rules.remove(rule.id);
}

/** To be called in the transaction that removes an object of this kind. A rule for several kinds keeps the others. */
export async function forgetRules(tx: Store, resource: Resource, id: number): Promise<void> {
  for (const rule of await tx.rules.list()) {
    const resources = selects(rule.object, 'id', id)
      ? rule.resources.filter((one) => one !== resource)
      : rule.resources;
    if (resources.length === 0 || isFor(rule, resource, id)) await tx.rules.remove(rule.id);
    else if (resources.length < rule.resources.length) await narrow(tx, rule, resources);
  }
}

/** Without the kind the rule may be one that is there already. */
async function narrow(tx: Store, rule: AclRule, resources: Resource[]): Promise<void> {
  const same = (await tx.rules.list()).some(
    (other) => other.id !== rule.id && ruleKey(other) === ruleKey({ ...rule, resources }),
  );
  if (same) await tx.rules.remove(rule.id);
  else await tx.rules.update(rule.id, (record) => void (record.resources = resources));
}

/** Whether the rule speaks of the object elsewhere than in the ids of objects. */
function isFor({ user, object, zone }: AclRule, resource: Resource, id: number): boolean {
  if (resource === 'USER') return selects(user, 'id', id);
  if (resource === 'GROUP') return selects(user, 'group', id) || selects(object, 'group', id);
  if (resource === 'CLUSTER') return selects(object, 'cluster', id);
  return resource === 'ZONE' && selects(zone, 'id', id);
}

function selects(selector: Selector, kind: 'id' | 'group' | 'cluster', id: number): boolean {
  return selector.kind === kind && selector.id === id;
}
