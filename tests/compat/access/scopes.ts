// What a token of each scope is good for, said apart from the daemon's own table: by the ends of names for what reads, one by one for the rest.
import type { Scope } from '../../../src/model/token-scope.ts';

/** A method whose name ends otherwise does something. */
const READS =
  /\.(info|infoextended|infoset|monitoring|accounting|protection|runs|backupruns|backupplan|restoreplan|eligibility|selection|fill|retention|version|nodes|backupstatus|summary|runfigures|calendar|occurrences)$/;

const DOES: Readonly<Record<Scope, readonly string[]>> = {
  read: [],
  backup: [
    ...['one.vm.backup', 'one.vm.backupcancel'],
    ...['one.backupjob.backup', 'one.backupjob.cancel', 'one.backupjob.retry'],
    ...['one.image.cancel', 'one.image.copy', 'one.image.pin', 'one.image.verify'],
    'one.system.backupself',
  ],
  restore: [
    ...['one.vm.restore', 'one.vm.restoreinstant', 'one.vm.restoreresume'],
    ...['one.image.cancel', 'one.image.drill', 'one.image.restore'],
  ],
};

export function inScope(method: string, scope: Scope | undefined): boolean {
  return scope === undefined || READS.test(method) || DOES[scope].includes(method);
}
