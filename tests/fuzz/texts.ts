// Texts that users and clients send, and that are kept beside backups.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cookieOf } from '../../src/api/cookie.ts';
import { makeConfig } from '../../src/config.ts';
import { SliceManifest } from '../../src/disk/slices.ts';
import { readManifest } from '../../src/datastore/rsync/manifest.ts';
import { OneError } from '../../src/model/errors.ts';
import { readBackupRecord } from '../../src/model/backup-record.ts';
import { readSelfRecord } from '../../src/model/self-backup.ts';
import { parseAclText } from '../../src/wire/acl-text.ts';
import { parseAclNumbers } from '../../src/wire/acl-numbers.ts';
import { formatTemplate, parseTemplate } from '../../src/wire/template-text.ts';
import { parseTemplateXml, templateXml } from '../../src/wire/template-xml.ts';
import { readXml, XmlError } from '../../src/wire/xml-read.ts';
import {
  formatCall,
  formatFailure,
  formatSuccess,
  parseCall,
  parseResponse,
  XmlRpcFault,
} from '../../src/wire/xmlrpc.ts';
import { Broken, type Target } from './target.ts';

const GOLDEN = join(import.meta.dirname, '../golden');
const documents = globSync(['documents/*.xml', 'xml/*.xml'], { cwd: GOLDEN }).map((file) =>
  readFileSync(join(GOLDEN, file)),
);
const templates = [
  'NAME = "one"\nCPU = 1\nDISK = [ IMAGE_ID = "3", DRIVER = "qcow2" ]\nNIC = [ NETWORK = "net", IP = "10.0.0.7" ]\n# said\n',
  'BACKUP_CONFIG=[MODE="INCREMENT",KEEP_LAST="4",FS_FREEZE="AGENT"]\nSCHED_ACTION=[ACTION="backup",REPEAT="0",DAYS="1,5"]\n',
  'DESCRIPTION = "said \\"hello\\"\nand went on"\nRAW=[TYPE="kvm",DATA="<x/>"]\n',
].map((text) => Buffer.from(text));
const records = [
  JSON.stringify({
    format: 1,
    point: { id: 1, below: 0, type: 'INCREMENT', date: 5 },
    disks: [{ diskId: 0, file: 'disk.0.1' }],
  }),
  JSON.stringify({ format: 1, installation: '0011223344556677', madeAt: 1, databaseBytes: 5, sha256: 'a'.repeat(64) }),
  JSON.stringify({
    format: 'onevault-slices',
    virtual_bytes: 8388608,
    slice_bytes: 4194304,
    cluster_bytes: 65536,
    backup: 2,
    slices: [{ slice: '0000/0000', changed: 1, data: 'ff' }],
  }),
].map((text) => Buffer.from(text));

const text = (input: Buffer): string => input.toString('utf8');
const isOneError = (error: unknown): boolean => error instanceof OneError;
const nothing = (): boolean => false;

function same(what: string, one: unknown, other: unknown): void {
  if (JSON.stringify(one) !== JSON.stringify(other))
    throw new Broken(`${what}: ${JSON.stringify(one)} became ${JSON.stringify(other)}`);
}

export const TEXTS: readonly Target[] = [
  {
    name: 'templates',
    corpus: templates,
    read(input) {
      const attributes = parseTemplate(text(input));
      same('written and read again', attributes, parseTemplate(formatTemplate(attributes)));
    },
    refuses: isOneError,
  },
  {
    name: 'templates in XML',
    corpus: [...templates.map((one) => Buffer.from(templateXml(parseTemplate(text(one))))), ...documents],
    read: (input) => parseTemplateXml(text(input)),
    refuses: (error) => isOneError(error) || error instanceof XmlError,
  },
  {
    name: 'XML',
    corpus: documents,
    read: (input) => readXml(text(input)),
    refuses: (error) => error instanceof XmlError,
  },
  {
    name: 'calls',
    corpus: [
      formatCall('one.vm.backup', ['oneadmin:secret', 7, -1, true]),
      formatCall('one.template.allocate', ['oneadmin:secret', text(templates[0] ?? Buffer.alloc(0))]),
    ].map((one) => Buffer.from(one)),
    read: (input) => parseCall(text(input)),
    refuses: (error) => error instanceof XmlRpcFault,
  },
  {
    name: 'answers',
    corpus: [formatSuccess('<VM/>'), formatSuccess(7), formatFailure('no', 0x400, 7)].map((one) => Buffer.from(one)),
    read: (input) => parseResponse(text(input)),
    refuses: (error) => error instanceof XmlRpcFault || isOneError(error),
  },
  {
    name: 'access rules',
    corpus: ['@101 DATASTORE/#100 USE', '#5 VM+IMAGE/* USE+MANAGE *', '100000001 4000000000 1'].map((one) =>
      Buffer.from(one),
    ),
    read(input) {
      const [user = '', resource = '', rights = '', zone = ''] = text(input).split(' ');
      try {
        parseAclNumbers(user, resource, rights, zone);
      } catch (error) {
        if (!isOneError(error)) throw error;
      }
      parseAclText(text(input));
    },
    refuses: isOneError,
  },
  {
    name: 'configuration',
    corpus: [
      'PORT = 2633\nDB = [ BACKEND = "sqlite" ]\nSCHEDULE = [ TIME_ZONE = "UTC", RETRIES = 2 ]',
      'MAX_BACKUPS=3\nLOG=[LEVEL="info"]',
    ].map((one) => Buffer.from(one)),
    read: (input) => makeConfig(parseTemplate(text(input)), {}),
    refuses: isOneError,
  },
  {
    name: 'cookies',
    corpus: [Buffer.from('a=1; onevault=xyz; b=2')],
    read: (input) => cookieOf(text(input), 'onevault'),
    refuses: nothing,
  },
  {
    name: 'records of backups',
    corpus: records,
    read(input) {
      readBackupRecord(text(input));
      readSelfRecord(text(input));
      readManifest(text(input));
    },
    refuses: nothing,
  },
  {
    name: 'manifests of slices',
    corpus: records.slice(2),
    read: (input) => SliceManifest.parse(text(input), 'a manifest'),
    refuses: isOneError,
  },
];
