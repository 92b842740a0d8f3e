// A backup that may not begin just now, found out only in the transaction that would have begun it: it waits on, and has not failed.
import { CODE, OneError } from '../model/errors.ts';

export class NotYet extends OneError {
  constructor(why: string) {
    super(CODE.ACTION, `It cannot begin just now: ${why}.`, { retry: true });
    this.name = 'NotYet';
  }
}
