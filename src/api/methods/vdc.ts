// one.vdc.* and one.vdcpool.*: there is one virtual data centre, which has everything.
import { DEFAULT_VDC, vdcXml } from '../../wire/documents/vdc.ts';
import { soleMethods } from '../sole.ts';

export const vdcMethods = soleMethods({
  word: 'vdc',
  label: 'VDC',
  root: 'VDC_POOL',
  target: { resource: 'VDC', id: DEFAULT_VDC.id, uid: -1, gid: -1, permissions: null, clusters: [] },
  xml: () => Promise.resolve(vdcXml(DEFAULT_VDC)),
});
