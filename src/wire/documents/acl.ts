// ACL, the entries of ACL_POOL: an access rule as numbers and as people write it.
import { branch, leaf } from '../xml-write.ts';

export const ACL_POOL = 'ACL_POOL';

/** A rule whose numbers are hexadecimal texts, as they are sent. */
export interface AclView {
  id: number;
  user: string;
  resource: string;
  rights: string;
  zone: string;
  /** `@101 DATASTORE/#100 USE *` */
  string: string;
}

export function aclXml(rule: AclView): string {
  return branch(
    'ACL',
    leaf('ID', rule.id),
    leaf('USER', rule.user),
    leaf('RESOURCE', rule.resource),
    leaf('RIGHTS', rule.rights),
    leaf('ZONE', rule.zone),
    leaf('STRING', rule.string),
  );
}
