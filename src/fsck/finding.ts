// What a look at the records finds. Pure: types, and their few words.

/** What the finding is about; those of the derived kinds can be made anew from the objects. */
export type Subject =
  | 'record'
  | 'columns'
  | 'links'
  | 'charges'
  | 'due'
  | 'leases'
  | 'ids'
  | 'reference'
  | 'state'
  | 'backup'
  | 'rule'
  | 'name'
  | 'audit';
export const DERIVED: ReadonlySet<Subject> = new Set<Subject>(['columns', 'links', 'charges', 'due', 'leases', 'ids']);

export interface Finding {
  subject: Subject;
  /** What is wrong, in a sentence. */
  text: string;
}

export const finding =
  (subject: Subject) =>
  (text: string): Finding => ({ subject, text });
