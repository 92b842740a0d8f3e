// The VMTEMPLATE and VMTEMPLATE_POOL documents; pool entries are full documents.
import type { VmTemplate } from '../../model/vm-template.ts';
import { alphabetical, templateXml } from '../template-xml.ts';
import { branch, leaf } from '../xml-write.ts';
import { headXml, lockXml, permissionsXml } from './owned.ts';

export const VMTEMPLATE_POOL = 'VMTEMPLATE_POOL';

export function vmTemplateXml(template: VmTemplate): string {
  return branch(
    'VMTEMPLATE',
    headXml(template),
    lockXml(template.lock),
    permissionsXml(template.permissions),
    leaf('REGTIME', template.regtime),
    templateXml(alphabetical(template.template)),
  );
}

/** VMTEMPLATE_POOL in the order given. */
export function vmTemplatePoolXml(templates: readonly VmTemplate[]): string {
  return branch(VMTEMPLATE_POOL, ...templates.map((template) => vmTemplateXml(template)));
}
