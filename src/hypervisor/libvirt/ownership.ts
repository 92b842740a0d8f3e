// Whose domain is it? Another OneVault, or OpenNebula, on the same libvirt may have a domain of the same name. Each domain
// carries the installation that defined it in libvirt's metadata, and one without ours is never touched. Pure.
import { CODE, OneError } from '../../model/errors.ts';
import { element } from './xml.ts';

const NAMESPACE = 'urn:onevault:domain';

/** The domain's `metadata` element. */
export function ownershipXml(installation: string): string {
  return element('metadata', {}, element('onevault:vm', { 'xmlns:onevault': NAMESPACE, installation }));
}

/** One virsh script that tells the installation of every domain; the names must be those of libvirt's list. */
export function ownershipQuery(names: string[]): string {
  return names.map((name) => `echo "${name} "; metadata ${name} ${NAMESPACE}`).join('; ');
}

/** Reads what the script printed: installations by domain. Domains without one are left out. */
export function readOwnership(printed: string): Map<string, string> {
  const found = printed.matchAll(/(one-\d+) <vm\b[^>]*\binstallation=(["'])([0-9a-zA-Z-]*)\2/g);
  return new Map([...found].map(([, name = '', , installation = '']) => [name, installation]));
}

/** Complaints of the script, one a line, that are no answers: a domain without metadata, or one that has just gone. */
export function ownershipTrouble(complaints: string): string[] {
  const lines = complaints.split('\n').filter((line) => line.startsWith('error: '));
  return lines.filter((line) => !/metadata not found|failed to get domain|domain not found/i.test(line));
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
