// Nouns of which there is exactly one object, which comes with OneVault and cannot be changed: what clients ask about it.
import { allows, mayAnyOf, requireRight, type Target } from '../access/authorize.ts';
import { CODE, OneError } from '../model/errors.ts';
import { branch } from '../wire/xml-write.ts';
import { method, type Call, type MethodTable } from './method.ts';

export interface Sole {
  /** As in the names of its methods. */
  word: string;
  /** In messages. */
  label: string;
  /** Root of the pool's document. */
  root: string;
  target: Target;
  xml: (call: Call) => Promise<string>;
}

/** one.<word>.info and one.<word>pool.info; parameters that select from a pool select nothing of one. */
export function soleMethods({ word, label, root, target, xml }: Sole): MethodTable {
  return {
    [`one.${word}.info`]: method(['int', ['boolean', false]], async (call, id) => {
      if (id !== target.id && mayAnyOf(call.caller, 'USE', target.resource)) {
        throw new OneError(CODE.NO_EXISTS, `Error getting ${label} [${id}].`, { objectId: id });
      }
      requireRight(call.caller, 'USE', id === target.id ? target : { ...target, id, permissions: null });
      return xml(call);
    }),
    [`one.${word}pool.info`]: method([], async (call) =>
      branch(root, ...(allows(call.caller, 'USE', target) ? [await xml(call)] : [])),
    ),
  };
}
