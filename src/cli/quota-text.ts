// Quotas as text: what the editor shows of them, and what new quotas make of present ones. A quota is a vector such as
// DATASTORE = [ ID = 100, IMAGES = 5, SIZE = 10240 ]; there is one for each datastore, network and image, and one of the VMs. Pure.
import { field, type Attribute, type Attributes } from '../model/attributes.ts';
import { QUOTA_METRICS } from '../model/quota.ts';
import { formatTemplate, parseTemplate } from '../wire/template-text.ts';
import type { XmlElement } from '../wire/xml-read.ts';
import { Failure } from './failure.ts';

const KINDS = Object.keys(QUOTA_METRICS);

const HELP = `# Limits, each with the id of what it is about; VM has none:
#   DATASTORE = [ ID = <datastore>, IMAGES = <count>, SIZE = <MB> ]
#   VM        = [ VMS = <count>, MEMORY = <MB>, CPU = <cores>, SYSTEM_DISK_SIZE = <MB>,
#                 RUNNING_VMS = <count>, RUNNING_MEMORY = <MB>, RUNNING_CPU = <cores> ]
#   NETWORK   = [ ID = <network>, LEASES = <count> ]
#   IMAGE     = [ ID = <image>, RVMS = <count of VMs that use it> ]
`;

/** What the editor shows above quotas; default quotas have no default behind them. */
export function quotaHelp(isDefault: boolean): string {
  return `${HELP}# -2 is no limit${isDefault ? '' : ', -1 is what the default quotas say'}.\n`;
}

/** The limits in a user's, group's or default document, as a template. Usage is left out: nobody can set it. */
export function limitsOf(owner: XmlElement): Attributes {
  return KINDS.flatMap((kind) =>
    owner.children(`${kind}_QUOTA/${kind}`).map((quota): Attribute => {
      const limits = quota.elements.filter(({ name }) => !name.endsWith('_USED'));
      return [kind, limits.map(({ name, text }) => [name, text])];
    }),
  );
}

/**
 * `present` with those of `text` in place of the ones about the same thing. Throws Failure when the text has anything but
 * quotas.
 */
export function withQuotas(present: Attributes, text: string): string {
  const added = parseTemplate(text);
  for (const [name, value] of added) {
    if (!KINDS.includes(name) || typeof value === 'string') {
      throw new Failure(`"${name}" is no quota; there are ${KINDS.map((kind) => `${kind} = [ ... ]`).join(', ')}.`);
    }
  }
  const replaced = new Set(added.map(subject));
  return formatTemplate([...present.filter((quota) => !replaced.has(subject(quota))), ...added]);
}

/** What a quota is about: its kind, and the id if it has one. */
function subject([kind, value]: Attribute): string {
  return `${kind} ${typeof value === 'string' ? '' : (field(value, 'ID') ?? '')}`;
}
