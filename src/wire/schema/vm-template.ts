// VMTEMPLATE and VMTEMPLATE_POOL.
import { poolOf, type Schema, type Sequence } from './schema.ts';
import { owned, template } from './shared.ts';

const content: Sequence = { ...owned, REGTIME: 'epoch', TEMPLATE: template };

export const vmTemplate: Schema = { root: 'VMTEMPLATE', content };
export const vmTemplatePool: Schema = poolOf('VMTEMPLATE_POOL', 'VMTEMPLATE', content);
