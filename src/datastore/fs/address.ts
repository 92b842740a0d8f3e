// Which addresses a download may come from when somebody asks for it who is no administrator: those of the internet, not those of this machine
// and of the networks around it, where what answers may trust whoever can reach it.
import { lookup as resolve, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

const PRIVATE = new BlockList();
for (const [network, bits] of [
  ...[
    ['0.0.0.0', 8],
    ['10.0.0.0', 8],
    ['100.64.0.0', 10],
    ['127.0.0.0', 8],
    ['169.254.0.0', 16],
  ],
  ...[
    ['172.16.0.0', 12],
    ['192.0.0.0', 24],
    ['192.168.0.0', 16],
    ['198.18.0.0', 15],
    ['224.0.0.0', 3],
  ],
] as Array<[string, number]>) {
  PRIVATE.addSubnet(network, bits, 'ipv4');
}
/** Of the sixth version only what is given to the internet. */
const GLOBAL = new BlockList();
GLOBAL.addSubnet('2000::', 3, 'ipv6');
/** Those that stand for addresses of the fourth version, and tunnels to them. */
for (const [network, bits] of [
  ['2002::', 16],
  ['2001::', 32],
] as Array<[string, number]>) {
  PRIVATE.addSubnet(network, bits, 'ipv6');
}

export function isPublic(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !PRIVATE.check(address, 'ipv4');
  return family === 6 && GLOBAL.check(address, 'ipv6') && !PRIVATE.check(address, 'ipv6');
}

/** Resolves names for a connection, so that what was tested is what is connected to. */
export const publicLookup: LookupFunction = (host, options, answer) => {
  resolve(host, { ...options, all: true }, (error, found: LookupAddress[]) => {
    if (error) return answer(error, '', 0);
    const [first, ...others] = found.filter(({ address }) => isPublic(address));
    if (first === undefined) return answer(new Error(notPublic(host)), '', 0);
    if (options.all === true) return answer(null, [first, ...others]);
    return answer(null, first.address, first.family);
  });
};

export function notPublic(host: string): string {
  return `${host} is an address of this machine or of a private network, from which only administrators may take images`;
}
