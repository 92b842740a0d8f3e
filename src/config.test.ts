import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { makeConfig } from './config.ts';
import { parseTemplate } from './wire/template-text.ts';

const of = (text: string, options = {}): ReturnType<typeof makeConfig> => makeConfig(parseTemplate(text), options);

it('has a default for everything', () => {
  expect(of('')).toEqual({
    stateDirectory: '/var/lib/onevault',
    nodeName: hostname(),
    shared: false,
    listenAddress: '127.0.0.1',
    port: 2633,
    trustProxy: [],
    database: '/var/lib/onevault/one.db',
    datastoreLocation: '/var/lib/onevault/datastores',
    logLevel: 'info',
    drillScripts: undefined,
    limits: { maxBackups: 5, maxBackupsHost: 2, maxRestores: 2, maxUpkeep: 1, maxDrills: 1, networks: [] },
    schedule: {
      timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      ...{ catchUpSec: 86_400, retries: 5, retryDelaySec: 60 },
    },
    selfBackup: { datastore: undefined, intervalSec: 86_400, keep: 7 },
    signIn: { ldap: undefined, oidc: undefined },
    notices: { hooks: [], webhooks: [], mails: [] },
    auditKeepDays: 365,
    auditAnchors: '/var/lib/onevault/audit.anchors',
    sessionLimits: { lifetimeSec: 43_200, idleSec: 0 },
    dev: false,
  });
});

it('takes the file, and the command line over it', () => {
  const file = `STATE_DIRECTORY = "/srv"   # all of it
PORT = 1
TRUST_PROXY = "127.0.0.1, 10.0.0.0/8"
LISTEN_ADDRESS = "::1"
DATASTORE_LOCATION = "/big"
DB = [ BACKEND = "sqlite", PATH = "/fast/one.db" ]
LOG = [ LEVEL = "DEBUG" ]`;
  const trustProxy = ['127.0.0.1', '10.0.0.0/8'];
  const wanted = { stateDirectory: '/srv', port: 1, listenAddress: '::1', datastoreLocation: '/big', trustProxy };
  expect(of(file)).toMatchObject({ ...wanted, database: '/fast/one.db', logLevel: 'debug' });
  expect(of(file, { port: '0', state: '/else', dev: true })).toMatchObject({
    ...{ port: 0, stateDirectory: '/else', dev: true, database: '/fast/one.db' },
  });
  expect(of('', { state: '/else' }).database).toBe('/else/one.db');
});

it('knows the networks that backups go over', () => {
  const file = 'BACKUP_NETWORK=[ NAME="rack-1", MAX_BACKUPS=3, BANDWIDTH=100 ] BACKUP_NETWORK=[ NAME="rack-2" ]';
  expect(of(file).limits.networks).toEqual([
    { name: 'rack-1', maxBackups: 3, bytesPerSec: 104_857_600 },
    { name: 'rack-2', maxBackups: 0, bytesPerSec: undefined },
  ]);
});

describe('what is not right is named, with what would be', () => {
  it.each([
    ['PROT=1', `PROT is not right: it is not known; known are STATE_DIRECTORY, LISTEN_ADDRESS, PORT`],
    ['MAX_BACKUPS="few"', 'MAX_BACKUPS="few" is not right: it must be a number of runs, 0 for no limit'],
    ['BACKUP_NETWORK=[ NAME="a b" ]', 'BACKUP_NETWORK/NAME="a b" is not right: it must be a name of letters, digits'],
    [
      'BACKUP_NETWORK=[ NAME="a" ] BACKUP_NETWORK=[ NAME="a" ]',
      'BACKUP_NETWORK/NAME="a" is not right: another network',
    ],
    [
      'BACKUP_NETWORK=[ NAME="a", MAX_BACKUPS="few" ]',
      'BACKUP_NETWORK/MAX_BACKUPS="few" is not right: it must be a number of backups from 0 (no limit) to 100000',
    ],
    [
      'BACKUP_NETWORK=[ NAME="a", BANDWIDTH="1G" ]',
      'BACKUP_NETWORK/BANDWIDTH="1G" is not right: it must be a number of MB per second from 1 to 1000000',
    ],
    ['SCHEDULE=[ TIME_ZONE="Mars" ]', 'SCHEDULE/TIME_ZONE="Mars" is not right: it must be a zone such as'],
    ['SCHEDULE=[ RETRIES="-1" ]', 'SCHEDULE/RETRIES="-1" is not right: it must be a number of tries, 0 for none'],
    ['TRUST_PROXY="proxy"', 'TRUST_PROXY="proxy" is not right: it must be addresses or networks, such as'],
    ['PORT="high"', 'PORT="high" is not right: it must be a number from 0 to 65535'],
    ['PORT="65536"', 'PORT="65536" is not right'],
    ['PORT="-1"', 'PORT="-1" is not right'],
    ['PORT=[ A="1" ]', 'PORT is not right: it must be a text, not a vector'],
    ['STATE_DIRECTORY="var"', 'STATE_DIRECTORY="var" is not right: it must be an absolute path'],
    ['DATASTORE_LOCATION="big"', 'DATASTORE_LOCATION="big" is not right: it must be an absolute path'],
    ['DB=[ BACKEND="mysql" ]', 'DB/BACKEND="mysql" is not right: it must be one of sqlite, postgresql'],
    ['DB=[ PATH="one.db" ]', 'DB/PATH="one.db" is not right: it must be an absolute path'],
    ['DB=[ FILE="/one.db" ]', 'DB/FILE is not right: it is not known; known are BACKEND, PATH'],
    [
      'DB="sqlite"',
      'DB="sqlite" is not right: it must be a vector: DB=[ BACKEND="...", PATH="...", URL="...", CONNECTIONS="..." ]',
    ],
    ['LOG=[ LEVEL="loud" ]', 'LOG/LEVEL="loud" is not right: it must be one of fatal, error, warn, info, debug, trace'],
  ])('%s', (text, message) => {
    expect(() => of(text)).toThrow(`The configuration's ${message}`);
  });
});
