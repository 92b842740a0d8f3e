// Domains that OneVault did not make: how a host shows them, and what the record of a VM says that one of them has become. Pure.
import type { WildDomain } from '../hypervisor/hypervisor.ts';
import { field, text, vectors, withText, type Attributes, type Vector } from '../model/attributes.ts';
import { VM_STATE, type HistoryRecord, type Vm } from '../model/vm.ts';
import { formatTemplate } from '../wire/template-text.ts';
import { allocateVm } from './allocate.ts';
import { running } from './life.ts';
import { setState } from './states.ts';

/** Names the domain that a template is to take over. */
export const IMPORT_VM_ID = 'IMPORT_VM_ID';
/** Says what was taken over, and what a restore of its backup brings back. */
export const IMPORT = 'IMPORT';

const SHOWN_STATE = { running: 'RUNNING', paused: 'RUNNING', shutoff: 'POWEROFF', crashed: 'POWEROFF' } as const;

/** The host's template with the domains that could be imported. */
export function withWilds(template: Attributes, wilds: readonly WildDomain[]): Attributes {
  const others = template.filter(([name]) => name !== 'VM');
  return withText([...others, ...wilds.map(wildVector)], 'TOTAL_WILDS', String(wilds.length));
}

function wildVector(wild: WildDomain): Attributes[number] {
  const template: Attributes = [...wild.template, [IMPORT_VM_ID, wild.name], [IMPORT, importVector(wild)]];
  return [
    'VM',
    [
      ['VM_NAME', wild.name],
      ['DEPLOY_ID', wild.name],
      ['IMPORT_TEMPLATE', Buffer.from(formatTemplate(template)).toString('base64')],
      ['STATE', SHOWN_STATE[wild.state]],
    ],
  ];
}

/** Makes the VM the domain as it is now: what its template says comes from the domain alone. */
export function takeOver(vm: Vm, wild: WildDomain, record: HistoryRecord, now: number): void {
  const { id, uid, gid, uname, gname } = vm;
  const described = allocateVm(id, {
    template: withText(wild.template, 'NAME', vm.name),
    owner: { uid, gid, uname, gname },
    findImage: () => undefined,
    findNetwork: () => undefined,
    hold: true,
    nowSec: now,
    imported: true,
  });
  vm.template = described.template;
  if (described.highestIds) vm.highestIds = described.highestIds;
  vm.userTemplate = [
    ...withText(vm.userTemplate, 'ERROR').filter(([name]) => name !== IMPORT),
    [IMPORT, importVector(wild)],
  ];
  vm.deployId = wild.name;
  vm.domainUuid = wild.uuid;
  vm.history.push(record);
  if (SHOWN_STATE[wild.state] === 'RUNNING') running(vm, now);
  else setState(vm, VM_STATE.POWEROFF, 0);
}

function importVector(wild: WildDomain): Vector {
  return [
    ['DOMAIN', wild.name],
    ['UUID', wild.uuid],
    ['RESTORES', restores(wild)],
    ['NOT_RESTORED', notRestored(wild).join('; ') || 'nothing else is known of it'],
  ];
}

function restores(wild: WildDomain): string {
  const disks = vectors(wild.template, 'DISK').filter((disk) => field(disk, 'TYPE') !== 'CDROM');
  if (disks.length === 0) return 'nothing: it has no disk that is a file, so it cannot be backed up';
  const targets = disks.map((disk) => field(disk, 'TARGET')).join(', ');
  const firmware =
    text(wild.template, 'OS') === undefined && vectors(wild.template, 'OS').length > 0 ? ', its way to boot' : '';
  return `a VM with ${wild.vcpu} CPU(s), ${wild.memoryMb} MB of memory and the content of disk ${targets}${firmware}`;
}

/** A card is on a bridge of this host, and a template can name networks of OneVault alone. */
function notRestored(wild: WildDomain): string[] {
  const cards = vectors(wild.template, 'NIC').map((nic) => {
    const where = field(nic, 'BRIDGE') ?? field(nic, 'NETWORK') ?? 'nothing';
    return `network card ${field(nic, 'MAC') ?? ''} on ${where}: add NIC to the template with a network of OneVault`;
  });
  const cdroms = vectors(wild.template, 'DISK').filter((disk) => field(disk, 'TYPE') === 'CDROM');
  return [...cards, ...cdroms.map((disk) => `CDROM ${field(disk, 'TARGET') ?? ''}`), ...wild.unsaid];
}
