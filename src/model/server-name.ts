// What servers are called: a name as machines have, or an address. Pure.

const LABEL = '[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?';
const NAME = new RegExp(`^(?=.{1,253}$)${LABEL}(\\.${LABEL})*$`, 'i');
const NUMBER = '(0|[1-9]\\d?|1\\d\\d|2[0-4]\\d|25[0-5])';
const IPV4 = new RegExp(`^${NUMBER}(\\.${NUMBER}){3}$`);

export function isServerName(name: string): boolean {
  return isAddress(name) || NAME.test(name);
}

export function isAddress(name: string): boolean {
  return IPV4.test(name) || (/^[0-9a-f:.]+$/i.test(name) && name.includes(':') && URL.canParse(`http://[${name}]/`));
}
