// Every list and show against its golden text, made from the golden objects.
import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import * as sample from '../../tests/golden/objects.ts';
import type { Image } from '../model/image.ts';
import { datastorePoolXml, datastoreXml } from '../wire/documents/datastore.ts';
import { hostPoolXml, hostXml } from '../wire/documents/host.ts';
import { imagePoolXml, imageXml } from '../wire/documents/image.ts';
import { vmTemplatePoolXml, vmTemplateXml } from '../wire/documents/vm-template.ts';
import { vmPoolXml, vmXml } from '../wire/documents/vm.ts';
import { readXml, type XmlElement } from '../wire/xml-read.ts';
import { datastoreListing, datastoreText } from './datastore-show.ts';
import { documentText } from './document.ts';
import { hostListing } from './host-list.ts';
import { hostText } from './host-show.ts';
import { imageListing } from './image-list.ts';
import { imageText } from './image-show.ts';
import { rowsText, type Listing, type ListOptions } from './list.ts';
import { templateListing, templateText } from './template-show.ts';
import { vmListing } from './vm-list.ts';
import { vmText } from './vm-show.ts';

beforeAll(() => {
  process.env['TZ'] = 'UTC';
});

const HOST_COLUMNS = hostListing.columns(0).map((column) => column.name);
const vms = vmPoolXml([sample.pendingVm, sample.vm], false);
const images = imagePoolXml([sample.diskImage, sample.backupImage]);

function list(listing: Listing, pool: string, options: ListOptions = {}, terminal?: number): string {
  return rowsText(
    readXml(pool).children(listing.noun.element),
    listing.columns(sample.NOW),
    listing.shown,
    options,
    terminal,
  );
}

/** A document kept beside the golden texts. */
function kept(name: string): XmlElement {
  return readXml(readFileSync(new URL(`../../tests/golden/documents/${name}.xml`, import.meta.url), 'utf8'));
}

test.each<[name: string, text: () => string]>([
  ['onevm-show-full', () => vmText(kept('vm-full'), 'east', sample.NOW)],
  ['onevm-show-all', () => vmText(kept('vm-full'), 'east', sample.NOW, true)],
  ['onevm-show-yaml', () => documentText(kept('vm-full'), { yaml: true }) ?? ''],
  ['onehost-show-wild', () => hostText(kept('host-wild'), list(vmListing, vms))],
  ['onehost-list-wild', () => rowsText([kept('host-wild')], hostListing.columns(sample.NOW), HOST_COLUMNS, {})],
  ['onevm-show', () => vmText(readXml(vmXml(sample.vm)), 'default', sample.NOW)],
  ['onevm-show-pending', () => vmText(readXml(vmXml(sample.pendingVm)), 'default', sample.NOW)],
  ['onevm-list', () => list(vmListing, vms)],
  ['onevm-list-all', () => list(vmListing, vms, { list: 'id,name,cluster,ip' })],
  ['onevm-list-csv', () => list(vmListing, vms, { csv: true })],
  ['onevm-list-terminal', () => list(vmListing, vms, {}, 120)],
  ['onevm-show-xml', () => documentText(readXml(vmXml(sample.vm)), { xml: true }) ?? ''],
  ['onevm-show-json', () => documentText(readXml(vmXml(sample.vm)), { json: true }) ?? ''],
  ['onevm-list-json', () => documentText(readXml(vmPoolXml([sample.vm], false)), { json: true }) ?? ''],
  ['oneimage-show-backup', () => imageText(readXml(imageXml(sample.backupImage)), '')],
  ['oneimage-show-full', () => imageText(readXml(imageXml({ ...sample.backupImage, isChain: false })), '')],
  ['oneimage-show', () => imageText(readXml(imageXml(sample.diskImage)), list(vmListing, vms))],
  ['oneimage-list', () => list(imageListing, images)],
  ['oneimage-list-backup', () => list(imageListing, images, { backup: true, header: false })],
  ['oneimage-show-json', () => documentText(readXml(imageXml(sample.backupImage)), { json: true }) ?? ''],
  ['onetemplate-show', () => templateText(readXml(vmTemplateXml(sample.vmTemplate)))],
  ['onetemplate-list', () => list(templateListing, vmTemplatePoolXml([sample.vmTemplate]))],
  ['onedatastore-show', () => datastoreText(readXml(datastoreXml(sample.datastore, [1])))],
  [
    'onedatastore-list',
    () => list(datastoreListing, datastorePoolXml([sample.datastore, sample.systemDatastore], sample.datastoreImages)),
  ],
  [
    'onehost-show',
    () => hostText(readXml(hostXml(sample.host, sample.hostShare)), list(vmListing, vmPoolXml([sample.vm], false))),
  ],
  ['onehost-list', () => list(hostListing, hostPoolXml([sample.host], new Map([[0, sample.hostShare]])))],
  ['onevm-list-empty', () => list(vmListing, vmPoolXml([], false))],
])('%s is the golden text', async (name, text) => {
  await expect(text()).toMatchFileSnapshot(`../../tests/golden/cli/${name}.txt`);
});

const plain = (text: string): string => text.replace(/ +$/gm, '');

// The sections that users know from OpenNebula's guide, as it prints them.
test('backups look as in the guide', () => {
  expect(plain(vmText(readXml(vmXml(sample.vm)), 'default', sample.NOW))).toContain(
    `
BACKUP CONFIGURATION
BACKUP_VOLATILE="NO"
FS_FREEZE="NONE"
INCREMENTAL_BACKUP_ID="1"
INCREMENT_MODE="CBT"
KEEP_LAST="4"
LAST_INCREMENT_ID="1"
MODE="INCREMENT"

VM BACKUPS
IMAGE IDS: 1

LAST BACKUP
DATE                : 12/01 14:22:46
TYPE                : INCREMENT
REASON              : changes since increment 0 of image 1
CONSISTENCY         : filesystem
IMAGE               : 1
INCREMENT           : 1
`,
  );
  const [seen, added] = plain(imageText(readXml(imageXml(sample.backupImage)), '')).split(/^(?=BACKUP POINTS)/m);
  expect(added).toBeDefined();
  expect(seen).toBe(`IMAGE 1 INFORMATION
ID             : 1
NAME           : 0 01-Dec 13.36.56
USER           : oneadmin
GROUP          : oneadmin
LOCK           : None
DATASTORE      : RBackups
TYPE           : BACKUP
REGISTER TIME  : 12/01 13:36:56
PERSISTENT     : Yes
SOURCE         : 25f4b298
FORMAT         : raw
SIZE           : 172M
STATE          : rdy
RUNNING_VMS    : 1

PERMISSIONS
OWNER          : um-
GROUP          : ---
OTHER          : ---

IMAGE TEMPLATE

BACKUP INFORMATION
VM             : 0
TYPE           : INCREMENTAL

BACKUP INCREMENTS
 ID PID T SIZE                DATE SOURCE
  0  -1 F 172M      12/01 13:36:56 25f4b298
  1   0 I 0M        12/01 14:22:46 6968545c

`);
});

test('a backup tells of each point how consistent it is, whether it was verified, and why it is so', () => {
  const points = (image: Image): string =>
    plain(imageText(readXml(imageXml(image)), '')).replace(/^[^]*\n(?=BACKUP POINTS)/, '');
  const { backupImage } = sample;
  const [first, second] = backupImage.points;
  if (!first || !second) throw new Error('The sample has no points.');
  const verified = { date: 5, good: false, reason: 'disk 0 of layer 6968545c is not as it was written' };
  expect(points({ ...backupImage, points: [first, { ...second, verified }] })).toBe(`BACKUP POINTS
DISK IDS       : 0
 ID CONSISTENCY VERIFIED       REASON
  0 crash       12/01 14:30:00 the first backup of a chain
  1 filesystem  damaged        changes since increment 0 of image 1
Increment 1 is damaged: disk 0 of layer 6968545c is not as it was written
`);
  const { verified: _verified, ...unverified } = { ...first, layers: [] };
  expect(points({ ...backupImage, isChain: false, points: [unverified] })).toBe(`BACKUP POINTS
 ID CONSISTENCY VERIFIED       REASON
  0 crash       -              the first backup of a chain
`);
});

test('a server that tells nothing more of a backup is shown as OpenNebula does', () => {
  const xml = imageXml(sample.backupImage).replace(/<(REASON|CONSISTENCY|VERIFIED)>.*?<\/\1>/g, '');
  expect(imageText(readXml(xml), '')).not.toContain('BACKUP POINTS');
});

test.each<[filter: string, operator: string, ids: string]>([
  ['ID=12', 'AND', '12'],
  ['ID<5', 'AND', '0'],
  ['ID>=12', 'AND', '12'],
  ['NAME~alpine', 'AND', '0'],
  ['STAT!=runn', 'AND', '12'],
  ['STAT=runn,ID=12', 'AND', ''],
  ['STAT=runn,ID=12', 'or', '12 0'],
])('filter %s (%s) keeps %j', (filter, operator, ids) => {
  const lines = list(vmListing, vms, { filter, operator, list: 'ID', csv: true, header: false });
  expect(lines.trim().replace(/\s+/g, ' ')).toBe(ids);
});

test('an unknown column or filter is refused', () => {
  expect(() => list(vmListing, vms, { list: 'NOPE' })).toThrow("Column 'NOPE' not found");
  expect(() => list(vmListing, vms, { filter: 'NOPE=1' })).toThrow("Column 'NOPE' not found");
  expect(() => list(vmListing, vms, { filter: 'ID' })).toThrow('The filter "ID" is not COLUMN=value');
});
