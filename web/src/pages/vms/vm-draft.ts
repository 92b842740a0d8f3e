// What the forms of a new VM, a new disk and a new NIC ask for, what is wrong with it, and the templates that they become. Pure.
import type { Image } from '../../api/documents.ts';
import { templateText, type Written } from '../../api/template-text.ts';
import { isIp4 } from '../../parts/addresses.ts';
import { texts } from '../../texts/index.ts';

const { form: words } = texts.vms;
/** OpenNebula's numbers of images that can be disks: OS, CDROM and DATABLOCK. */
const DISKS = [0, 1, 2];
const [READY, USED] = [1, 2];

export interface DiskDraft {
  kind: keyof typeof words.kinds;
  /** '' while none is chosen. */
  imageId: string;
  /** '' for that of the image. */
  sizeMb: number | string;
  format: string;
  /** '' for none. */
  fs: string;
}

export interface NicDraft {
  networkId: string;
  /** '' for the first free one. */
  ip: string;
}

export interface VmDraft {
  name: string;
  cpu: number | string;
  vcpu: number | string;
  memoryMb: number | string;
}

export const NEW_DISK: DiskDraft = { kind: 'image', imageId: '', sizeMb: '', format: 'qcow2', fs: '' };
export const NEW_NIC: NicDraft = { networkId: '', ip: '' };
export const NEW_VM: VmDraft = { name: '', cpu: 1, vcpu: 1, memoryMb: 1024 };

export type DiskErrors = Partial<Record<keyof DiskDraft, string>>;
export type NicErrors = Partial<Record<keyof NicDraft, string>>;
export type VmErrors = Partial<Record<keyof VmDraft, string>>;

/** Images that a disk can be made of now. One that is persistent is used by one VM at a time. */
export function forDisks<T extends Pick<Image, 'TYPE' | 'STATE'>>(images: readonly T[] = []): T[] {
  return images.filter(({ TYPE, STATE }) => DISKS.includes(TYPE) && [READY, USED].includes(STATE));
}

export function wrongInDisk({ kind, imageId, sizeMb }: DiskDraft): DiskErrors {
  const sizeIsRight = isWhole(sizeMb) || (kind === 'image' && sizeMb === '');
  return {
    ...(kind === 'image' && imageId === '' && { imageId: words.imageWrong }),
    ...(!sizeIsRight && { sizeMb: words.numberWrong }),
  };
}

export function wrongInNic({ networkId, ip }: NicDraft): NicErrors {
  return {
    ...(networkId === '' && { networkId: words.networkWrong }),
    ...(ip.trim() !== '' && !isIp4(ip) && { ip: words.ipWrong }),
  };
}

export function wrongInVm({ name, cpu, vcpu, memoryMb }: VmDraft): VmErrors {
  return {
    ...(name.trim() === '' && { name: texts.common.required }),
    ...(!(Number(cpu) > 0) && { cpu: words.cpuWrong }),
    ...(!isWhole(vcpu) && { vcpu: words.numberWrong }),
    ...(!isWhole(memoryMb) && { memoryMb: words.numberWrong }),
  };
}

export function diskVector({ kind, imageId, sizeMb, format, fs }: DiskDraft): Written {
  if (kind === 'image') return { IMAGE_ID: imageId, SIZE: sizeMb === '' ? undefined : sizeMb };
  return { TYPE: 'fs', SIZE: sizeMb, FORMAT: format, FS: fs === '' ? undefined : fs };
}

export function nicVector({ networkId, ip }: NicDraft): Written {
  return { NETWORK_ID: networkId, IP: ip.trim() === '' ? undefined : ip.trim() };
}

/** `backup` is the BACKUP_CONFIG. */
export function vmTemplate(
  { name, cpu, vcpu, memoryMb }: VmDraft,
  disks: readonly DiskDraft[],
  nics: readonly NicDraft[],
  backup: Written,
): string {
  return templateText({
    ...{ NAME: name.trim(), CPU: cpu, VCPU: vcpu, MEMORY: memoryMb },
    ...{ DISK: disks.map(diskVector), NIC: nics.map(nicVector), BACKUP_CONFIG: backup },
  });
}

function isWhole(value: number | string): boolean {
  return value !== '' && Number.isInteger(Number(value)) && Number(value) > 0;
}
