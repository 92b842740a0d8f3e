// What the forms of networks ask for, what is wrong with it, and the templates that it becomes. Pure.
import { templateText, type Written } from '../../api/template-text.ts';
import { isIp4, isMac } from '../../parts/addresses.ts';
import { texts } from '../../texts/index.ts';

const { form: words, hold } = texts.networks;
const INTERFACE = /^[A-Za-z0-9_.-]{1,15}$/;

export interface RangeDraft {
  type: keyof typeof words.types;
  ip: string;
  size: number | string;
  mac: string;
  prefix: string;
}

export interface NetworkDraft {
  name: string;
  bridge: string;
  /** Without one it is a network that nobody can join yet. */
  withRange: boolean;
}

export const NEW_RANGE: RangeDraft = { type: 'IP4', ip: '', size: 100, mac: '', prefix: '' };
export const NEW_NETWORK: NetworkDraft = { name: '', bridge: '', withRange: true };

export type RangeErrors = Partial<Record<keyof RangeDraft, string>>;
export type NetworkErrors = Partial<Record<keyof NetworkDraft, string>>;

export const hasIp4 = ({ type }: RangeDraft): boolean => type === 'IP4' || type === 'IP4_6';
export const hasIp6 = ({ type }: RangeDraft): boolean => type === 'IP6' || type === 'IP4_6';

export function wrongInRange(range: RangeDraft): RangeErrors {
  const size = Number(range.size);
  const isSize = range.size !== '' && Number.isInteger(size) && size >= 1 && size <= 999_999_999;
  return {
    ...(hasIp4(range) && !isIp4(range.ip) && { ip: words.ipWrong }),
    ...(!isSize && { size: words.sizeWrong }),
    ...(range.mac.trim() !== '' && !isMac(range.mac) && { mac: words.macWrong }),
  };
}

export function wrongInNetwork({ name, bridge }: NetworkDraft): NetworkErrors {
  return {
    ...(name.trim() === '' && { name: texts.common.required }),
    ...(!INTERFACE.test(bridge.trim()) && { bridge: words.bridgeWrong }),
  };
}

export function networkTemplate({ name, bridge, withRange }: NetworkDraft, range: RangeDraft): string {
  return templateText({
    ...{ NAME: name.trim(), VN_MAD: 'bridge', BRIDGE: bridge.trim() },
    AR: withRange ? vectorOf(range) : undefined,
  });
}

export function rangeTemplate(range: RangeDraft): string {
  return templateText({ AR: vectorOf(range) });
}

/** An address to be held or released, as LEASES names it; undefined when it is none. */
export function leaseTemplate(address: string): string | undefined {
  const given = address.trim();
  if (isIp4(given)) return templateText({ LEASES: { IP: given } });
  return isMac(given) ? templateText({ LEASES: { MAC: given } }) : undefined;
}

export function wrongAddress(address: string): string | undefined {
  return leaseTemplate(address) === undefined ? hold.wrong : undefined;
}

function vectorOf(range: RangeDraft): Written {
  const given = (text: string): string | undefined => (text.trim() === '' ? undefined : text.trim());
  return {
    ...{ TYPE: range.type, IP: hasIp4(range) ? range.ip.trim() : undefined, SIZE: range.size },
    ...{ MAC: given(range.mac), GLOBAL_PREFIX: hasIp6(range) ? given(range.prefix) : undefined },
  };
}
