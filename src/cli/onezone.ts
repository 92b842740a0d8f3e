// The onezone command.
import { Family } from './family.ts';
import { processIo, type Io } from './io.ts';
import { addList, addShow } from './list.ts';
import { idOf, NOUN } from './lookup.ts';
import { zoneListing, zoneText } from './zone-show.ts';

export function onezone(io: Io): Family {
  const family = new Family('onezone', 'Zones: this installation, which is one', io);
  addList(family, zoneListing);
  addShow(
    family,
    'zone',
    async ({ client }, given) => client.document('zone.info', await idOf(client, NOUN.zone, given), false),
    (_session, zone) => zoneText(zone),
  );
  return family;
}

if (import.meta.main) process.exitCode = await onezone(processIo()).main(process.argv.slice(2));
