import { expect, it } from 'vitest';
import { openHypervisor } from './all.ts';

it('opens nothing whose name is not known', () => {
  expect(() => openHypervisor({ driver: 'xen', uri: '', installation: '' })).toThrow(
    'driver "xen"; known drivers are libvirt, fake',
  );
  expect(() => openHypervisor({ driver: 'constructor', uri: '', installation: '' })).toThrow('known drivers');
});
