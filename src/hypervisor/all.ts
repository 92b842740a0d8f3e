// The one place that names hypervisor drivers. A new one is a folder beside this file and a line here.
import { CODE, OneError } from '../model/errors.ts';
import type { HypervisorConfig } from '../model/hypervisor-config.ts';
import { FakeHypervisor } from './fake/index.ts';
import type { Hypervisor } from './hypervisor.ts';
import { LibvirtHypervisor } from './libvirt/index.ts';

const DRIVERS: Record<string, (config: HypervisorConfig) => Hypervisor> = {
  libvirt: ({ uri, installation, adopted }) => new LibvirtHypervisor(uri, installation, adopted),
  fake: ({ uri, adopted }) => new FakeHypervisor(uri, adopted),
};

/** Opens a driver by its name; nothing is connected before the first question. Throws for a name that is not known. */
export function openHypervisor(config: HypervisorConfig): Hypervisor {
  const open = Object.hasOwn(DRIVERS, config.driver) ? DRIVERS[config.driver] : undefined;
  if (open) return open(config);
  const known = Object.keys(DRIVERS).join(', ');
  throw new OneError(CODE.INTERNAL, `There is no hypervisor driver "${config.driver}"; known drivers are ${known}.`);
}
