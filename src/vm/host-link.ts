// What a host over SSH shows of its connection: attributes that the system sets. Pure.
import { withText, type Attributes, type Vector } from '../model/attributes.ts';
import type { HostLinks, Rates } from './parts.ts';

const CONNECTION = 'SSH_CONNECTION';
const PROGRAMS = 'SSH_PROGRAMS';
const RATES = 'SSH_RATES';

type Facts = NonNullable<ReturnType<HostLinks['factsOf']>>;

/** The template with what is known of the connection; one of this machine has none. */
export function withLink(template: Attributes, facts: Facts | undefined, rates: Rates | undefined): Attributes {
  const others = template.filter(([name]) => name !== RATES);
  if (!facts) return withText(withText(others, CONNECTION), PROGRAMS);
  const { isUp, sinceMs, programs } = facts;
  const since = new Date(sinceMs).toISOString().replace(/\.\d+Z$/, 'Z');
  const told = withText(others, CONNECTION, `${isUp ? 'up' : 'down'} since ${since}`);
  const named = isUp ? withText(told, PROGRAMS, programs.slice(programs.lastIndexOf('/') + 1)) : told;
  return rates ? [...named, [RATES, ratesVector(rates)]] : named;
}

/** Bytes a second. */
function ratesVector({ netRx, netTx, diskRead, diskWrite }: Rates): Vector {
  return [
    ['NETRX', String(netRx)],
    ['NETTX', String(netTx)],
    ['DISKRD', String(diskRead)],
    ['DISKWR', String(diskWrite)],
  ];
}
