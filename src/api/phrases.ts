// How the texts of failures begin: OpenNebula has a phrase for each of these codes, which clients and their users know. Pure.
import { CODE, type OneError } from '../model/errors.ts';

/** What the methods of a family make, in words. */
const LABELS: Readonly<Record<string, string>> = {
  acl: 'ACL',
  backupjob: 'backup job',
  cluster: 'cluster',
  datastore: 'datastore',
  group: 'group',
  host: 'host',
  image: 'image',
  template: 'virtual machine template',
  user: 'user',
  vm: 'virtual machine',
  vn: 'virtual network',
};
/** Methods that make something of another family. */
const OTHERS: Readonly<Record<string, string>> = {
  'one.template.instantiate': LABELS.vm ?? '',
  'one.vm.disksaveas': LABELS.image ?? '',
};

/** The message of a failure of `method`, without the method's name. `uid` is who called, -1 when nobody is known. */
export function phrase(method: string, { code, message }: Pick<OneError, 'code' | 'message'>, uid: number): string {
  const begins = beginning(method, code, uid);
  return begins === undefined || begins.known.test(message) ? message : begins.text + message;
}

function beginning(method: string, code: OneError['code'], uid: number): { known: RegExp; text: string } | undefined {
  if (code === CODE.AUTHORIZATION && uid >= 0) return { known: /^(User|Group) \[/, text: `User [${uid}] : ` };
  const label = OTHERS[method] ?? LABELS[method.split('.')[1] ?? ''];
  if (code !== CODE.ALLOCATE || label === undefined) return undefined;
  return { known: /^Error allocating a new /, text: `Error allocating a new ${label}. ` };
}
