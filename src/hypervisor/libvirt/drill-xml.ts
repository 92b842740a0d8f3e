// What the machine of a drill looks like to libvirt. Pure. It is put together from nothing: no network, no device of the host, no
// listening display, none of the administrator's own XML. The disks are overlays whose lower halves are read over NBD.
import { field, vectors } from '../../model/attributes.ts';
import { drillDomain } from '../../model/ids.ts';
import type { DrillDisk, DrillSpec } from '../hypervisor.ts';
import { busOf, scsiControllerXml } from './device-xml.ts';
import { bootOrder, cpuXml, DEFAULT_MACHINE, featuresXml, isYes, osXml } from './domain-xml.ts';
import { ownershipXml } from './ownership.ts';
import { element, lines, textElement } from './xml.ts';

export const overlayFile = (directory: string, diskId: number): string => `${directory}/overlay.${diskId}`;
export const consoleLog = (directory: string): string => `${directory}/console.log`;

export function drillXml(spec: DrillSpec, installation: string): string {
  const { template, directory } = spec;
  const os = vectors(template, 'OS')[0];
  const features = vectors(template, 'FEATURES')[0];
  return lines(
    element(
      'domain',
      { type: spec.kvm ? 'kvm' : 'qemu' },
      textElement('name', drillDomain(spec.operationId)),
      ownershipXml(installation),
      textElement('memory', spec.memoryMb, { unit: 'MiB' }),
      textElement('vcpu', spec.vcpu),
      osXml(os, `${directory}/nvram`),
      featuresXml(features),
      cpuXml(spec),
      element('clock', { offset: isYes(field(features, 'LOCALTIME')) ? 'localtime' : 'utc' }),
      textElement('on_poweroff', 'destroy'),
      textElement('on_reboot', 'restart'),
      textElement('on_crash', 'destroy'),
      devicesXml(spec),
    ),
  );
}

function devicesXml({ disks, template, directory }: DrillSpec): string {
  const os = vectors(template, 'OS')[0];
  const machine = field(os, 'MACHINE') ?? DEFAULT_MACHINE;
  const all = disks.map((disk) => ({ ...disk, cdrom: false }));
  const order = bootOrder(all, os);
  return element(
    'devices',
    {},
    ...all.map((disk) => diskXml(disk, directory, busOf(disk, machine), order.indexOf(`disk${disk.diskId}`) + 1)),
    all.some((disk) => busOf(disk, machine) === 'scsi') && scsiControllerXml(),
    element(
      'serial',
      { type: 'pty' },
      element('log', { file: consoleLog(directory), append: 'on' }),
      element('target', { port: 0 }),
    ),
    element('console', { type: 'pty' }, element('target', { type: 'serial', port: 0 })),
    element('channel', { type: 'unix' }, element('target', { type: 'virtio', name: 'org.qemu.guest_agent.0' })),
    element('video', {}, element('model', { type: 'vga' })),
    element('memballoon', { model: 'virtio' }),
    element('rng', { model: 'virtio' }, textElement('backend', '/dev/urandom', { model: 'random' })),
  );
}

/** What is written need not survive anything, so nothing waits for the host's disk. */
function diskXml({ diskId, target, content }: DrillDisk, directory: string, bus: string, boot: number): string {
  return element(
    'disk',
    { type: 'file', device: 'disk' },
    element('driver', { name: 'qemu', type: 'qcow2', cache: 'unsafe' }),
    element('source', { file: overlayFile(directory, diskId) }),
    contentXml(content),
    element('target', { dev: target, bus }),
    boot > 0 && element('boot', { order: boot }),
  );
}

function contentXml(content: DrillDisk['content']): string {
  if (!content) return element('backingStore', {});
  const host = element('host', { transport: 'unix', socket: content.socket });
  return element(
    'backingStore',
    { type: 'network' },
    element('format', { type: 'raw' }),
    element('source', { protocol: 'nbd', name: content.exportName }, host),
    element('backingStore', {}),
  );
}
