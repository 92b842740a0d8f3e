// What of a machine's template a restore leaves out, told part by part. Pure: it compares what was with what `strip.ts` leaves.
import { field, type Attributes, type Vector } from '../model/attributes.ts';
import type { StrippedPart } from '../model/restore-preview.ts';
import { STRIPPED, STRIPPED_FIELDS, stripTemplate, type StripOptions } from './strip.ts';

/** In the order of the template. */
export function strippedOf(template: Attributes, options: StripOptions): StrippedPart[] {
  return template.flatMap((attribute): StrippedPart[] => {
    const [name, value] = attribute;
    const [kept] = stripTemplate([attribute], options);
    const why = (key?: string): string => whyStripped(name, key, options);
    if (typeof value === 'string') return kept ? [] : [{ name, value, reason: why() }];
    if (!kept) return [{ name, value: labelOf(value), reason: why() }];
    const left = new Map(typeof kept[1] === 'string' ? [] : kept[1]);
    return value
      .filter(([key, text]) => text !== '' && left.get(key) !== text)
      .map(([key, text]) => ({ name: `${name}/${key}`, value: text, reason: why(key) }));
  });
}

/** By what people know a device. */
function labelOf(vector: Vector): string {
  return field(vector, 'NETWORK') ?? field(vector, 'NAME') ?? '';
}

function whyStripped(name: string, key: string | undefined, options: StripOptions): string {
  const nic = name === 'NIC' || name === 'NIC_ALIAS';
  if (nic && options.noNic) return 'NO_NIC';
  if (name === 'BACKUP_CONFIG' && options.noBackupConfig) return 'NO_BACKUP_CONFIG';
  const fields = STRIPPED_FIELDS[nic ? 'NIC' : name] ?? [];
  if (nic && options.noIp && key !== undefined && !fields.includes(key)) return 'NO_IP';
  if (name === 'DISK') return key === 'IMAGE_ID' ? 'it becomes a new image' : 'it is of the old disk';
  if (name === 'CONTEXT') return 'it is made anew for the new network interfaces';
  if (STRIPPED.includes(name) || (key !== undefined && fields.includes(key))) return 'the system makes it anew';
  return 'it holds nothing else';
}
