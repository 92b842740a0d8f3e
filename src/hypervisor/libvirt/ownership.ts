// Whose domain is it? Another OneVault, or OpenNebula, on the same libvirt may have a domain of the same name. Each domain
// carries the installation that defined it in libvirt's metadata, and one without ours is never touched. Pure.
import { CODE, OneError } from '../../model/errors.ts';
import { element } from './xml.ts';

const NAMESPACE = 'urn:onevault:domain';

/** The domain's `metadata` element. */
export function ownershipXml(installation: string): string {
  return element('metadata', {}, element('onevault:vm', { 'xmlns:onevault': NAMESPACE, installation }));
}

/** Asks virsh for the installation of a domain. */
export function ownershipQuestion(uuid: string): string {
  return `metadata --domain ${uuid} ${NAMESPACE}`;
}

/** What virsh says of a domain without a mark, or of one that has just gone. Anything else leaves open whose it is. */
export const UNOWNED = /metadata not found|failed to get domain|domain not found/i;

/** The installation in virsh's answer; undefined when there is none. */
export function readOwnership(answer: string): string | undefined {
  return /^<vm\b[^>]*\binstallation=(["'])([0-9a-zA-Z-]*)\1/.exec(answer.trim())?.[2];
}

export function notOurs(name: string, uri: string): OneError {
  return new OneError(
    CODE.ACTION,
    `Domain ${name} cannot be deployed: ${uri} has a domain of that name which is not of this OneVault but of another one, of OpenNebula or made by hand. It was not touched.`,
    {
      hint: `Terminate this VM and create it again, which gives it another id; or, if nobody needs that domain: virsh -c ${uri} undefine ${name}`,
    },
  );
}
