import { describe, expect, it } from 'vitest';
import type { NoticeSettings } from '../model/notice-settings.ts';
import { parseTemplate } from '../wire/template-text.ts';
import { makeConfig } from '../config.ts';

const of = (text: string): NoticeSettings => makeConfig(parseTemplate(text), {}).notices;
const KINDS = ['backup', 'restore', 'flatten', 'verify', 'drill', 'prune', 'check', 'rescan', 'copy', 'self'];

it('reads as many of each as there are', () => {
  const file = `
HOOK = [ NAME="page", COMMAND="/opt/page" ]
HOOK = [ NAME="note", COMMAND="/opt/note", ARGUMENTS="-a  --b=1", ON="Failed, DONE,cancelled", KIND="backup,verify", TIMEOUT="5" ]
WEBHOOK = [ NAME="chat", URL="https://chat.example.org/T/x?y=1" ]
WEBHOOK = [ NAME="own", URL="http://10.0.0.1:8080", SECRET_FILE="/etc/secret", ON="done", TIMEOUT="3600" ]
MAIL = [ SMTP_URL="smtp://mx.example.org", FROM="OneVault <v@example.org>", TO="a@example.org, B <b@example.org>" ]
MAIL = [ HOST="localhost", FROM="v@example.org", TO="a@example.org", ON="cancelled", KIND="prune" ]`;
  expect(of(file)).toEqual({
    hooks: [
      { name: 'page', on: ['failed'], kinds: KINDS, command: '/opt/page', arguments: [], timeoutSec: 60 },
      {
        ...{ name: 'note', on: ['failed', 'done', 'cancelled'], kinds: ['backup', 'verify'] },
        ...{ command: '/opt/note', arguments: ['-a', '--b=1'], timeoutSec: 5 },
      },
    ],
    webhooks: [
      { name: 'chat', on: ['failed'], kinds: KINDS, url: 'https://chat.example.org/T/x?y=1', timeoutSec: 15 },
      {
        ...{ name: 'own', on: ['done'], kinds: KINDS, url: 'http://10.0.0.1:8080/' },
        ...{ secretFile: '/etc/secret', timeoutSec: 3600 },
      },
    ],
    mails: [
      {
        ...{ name: 'mail', on: ['failed'], kinds: KINDS, host: 'mx.example.org', port: 587, tls: 'STARTTLS' },
        ...{ from: 'OneVault <v@example.org>', to: ['a@example.org', 'B <b@example.org>'] },
      },
      {
        ...{ name: 'mail-2', on: ['cancelled'], kinds: ['prune'], host: 'localhost', port: 25, tls: 'NONE' },
        ...{ from: 'v@example.org', to: ['a@example.org'] },
      },
    ],
  });
});

describe('a mail server', () => {
  const ENDS = 'FROM="v@example.org", TO="a@example.org"';

  it.each([
    ['SMTP_URL="smtps://mx.example.org"', { host: 'mx.example.org', port: 465, tls: 'TLS' }],
    ['SMTP_URL="smtp://mx.example.org:2525/"', { host: 'mx.example.org', port: 2525, tls: 'STARTTLS' }],
    ['SMTP_URL="smtp://[::1]:26"', { host: '::1', port: 26, tls: 'NONE' }],
    [
      'SMTP_URL="smtps://ann%40example.org@mx.example.org", PASSWORD_FILE="/p"',
      { login: { user: 'ann@example.org', passwordFile: '/p' } },
    ],
    ['HOST="mx.example.org"', { port: 587, tls: 'STARTTLS' }],
    ['HOST="mx.example.org", TLS="tls"', { port: 465, tls: 'TLS' }],
    ['HOST="mx.example.org", TLS="NONE", PORT="26"', { port: 26, tls: 'NONE' }],
    ['HOST="127.0.0.1", USER="ann", PASSWORD_FILE="/p"', { tls: 'NONE', login: { user: 'ann', passwordFile: '/p' } }],
  ])('%s', (text, wanted) => {
    expect(of(`MAIL=[ ${text}, ${ENDS} ]`).mails[0]).toMatchObject(wanted);
  });

  it.each([
    [ENDS, 'MAIL is not right: it names no server; it must hold SMTP_URL or HOST'],
    [`HOST="mx:25/x", ${ENDS}`, 'MAIL/HOST="mx:25/x" is not right: it must be a host name or an address'],
    [`HOST="mx", TLS="SSL", ${ENDS}`, 'MAIL/TLS="SSL" is not right: it must be one of NONE, STARTTLS, TLS'],
    [`HOST="mx", PORT="0", ${ENDS}`, 'MAIL/PORT="0" is not right: it must be a port from 1 to 65535'],
    [`HOST="mx", PORT="99999", ${ENDS}`, 'MAIL/PORT="99999" is not right'],
    [`HOST="mx", USER="a", ${ENDS}`, 'MAIL/USER="a" is not right: it needs PASSWORD_FILE'],
    [`HOST="mx", PASSWORD_FILE="/p", ${ENDS}`, 'MAIL/PASSWORD_FILE="/p" is not right: it needs USER'],
    [`HOST="mx", USER="a", PASSWORD_FILE="p", ${ENDS}`, 'MAIL/PASSWORD_FILE="p" is not right: it must be an absolute'],
    [`HOST="mx", TLS="NONE", USER="a", PASSWORD_FILE="/p", ${ENDS}`, 'MAIL/TLS="NONE" is not right: it must be START'],
    [`SMTP_URL="smtp://mx", PORT="25", ${ENDS}`, 'MAIL/PORT="25" is not right: SMTP_URL says it already'],
    [`SMTP_URL="http://mx", ${ENDS}`, 'MAIL/SMTP_URL is not right: it must be smtp://[user@]host[:port]'],
    [`SMTP_URL="smtp://mx/path", ${ENDS}`, 'MAIL/SMTP_URL is not right: it must be smtp://[user@]host[:port]'],
    [`SMTP_URL="smtp://%ff@mx", ${ENDS}`, 'MAIL/SMTP_URL is not right: the user in it'],
    ['HOST="mx", FROM="v", TO="a@b"', 'MAIL/FROM="v" is not right: it must be an address such as'],
    ['HOST="mx", TO="a@b"', 'MAIL/FROM="" is not right'],
    ['HOST="mx", FROM="v@b"', 'MAIL/TO="" is not right'],
    ['HOST="mx", FROM="v@b", TO="a@b,,c@d"', 'MAIL/TO="" is not right'],
    ['HOST="mx", FROM="v@b\nBcc: x@y", TO="a@b"', 'MAIL/FROM="v@b\nBcc: x@y" is not right'],
    [`HOST="mx", NAME="a b", ${ENDS}`, 'MAIL/NAME="a b" is not right: it must be a name of letters'],
  ])('%s is refused', (text, message) => {
    expect(() => of(`MAIL=[ ${text} ]`)).toThrow(`The configuration's ${message}`);
  });
});

describe('what is not right is named, with what would be', () => {
  it.each([
    ['HOOK=[ COMMAND="/a" ]', 'HOOK/NAME="" is not right: it must be a name of letters'],
    ['HOOK=[ NAME="a" ]', 'HOOK/COMMAND="" is not right: it must be an absolute path'],
    ['HOOK=[ NAME="a", COMMAND="a.sh" ]', 'HOOK/COMMAND="a.sh" is not right: it must be an absolute path'],
    ['HOOK=[ NAME="a", COMMAND="/a", ARGUMENTS="$TEMPLATE" ]', 'HOOK/ARGUMENTS="$TEMPLATE" is not right: it is split'],
    [`HOOK=[ NAME="a", COMMAND="/a", ARGUMENTS="'a b'" ]`, `HOOK/ARGUMENTS="'a b'" is not right`],
    ['HOOK=[ NAME="a", COMMAND="/a", ON="failed,broken" ]', 'HOOK/ON="failed,broken" is not right: it must be one or'],
    ['HOOK=[ NAME="a", COMMAND="/a", ON="" ]', 'HOOK/ON="" is not right: it must be one or more of failed, done, canc'],
    ['HOOK=[ NAME="a", COMMAND="/a", ON="running" ]', 'HOOK/ON="running" is not right'],
    [
      'HOOK=[ NAME="a", COMMAND="/a", KIND="migrate" ]',
      'HOOK/KIND="migrate" is not right: it must be one or more of b',
    ],
    ['HOOK=[ NAME="a", COMMAND="/a", TIMEOUT="0" ]', 'HOOK/TIMEOUT="0" is not right: it must be a number of seconds'],
    ['HOOK=[ NAME="a", COMMAND="/a", TIMEOUT="3601" ]', 'HOOK/TIMEOUT="3601" is not right'],
    ['HOOK=[ NAME="a", COMMAND="/a", SHELL="yes" ]', 'HOOK/SHELL is not right: it is not known; known are NAME, COMM'],
    ['HOOK="/a"', 'HOOK="/a" is not right: it must be a vector: HOOK=[ NAME="..."'],
    ['WEBHOOK=[ NAME="a" ]', 'WEBHOOK/URL of a is not right: it must begin with http:// or https://'],
    [
      'WEBHOOK=[ NAME="a", URL="http://b", SECRET_FILE="s" ]',
      'WEBHOOK/SECRET_FILE="s" is not right: it must be an abs',
    ],
    ['WEBHOOK=[ NAME="a", URL="http://b" ]\nHOOK=[ NAME="a", COMMAND="/a" ]', 'NAME="a" is not right: another HOOK'],
  ])('%s', (text, message) => {
    expect(() => of(text)).toThrow(`The configuration's ${message}`);
  });

  it.each([
    'WEBHOOK=[ NAME="a", URL="ftp://b/hush" ]',
    'WEBHOOK=[ NAME="a", URL="https://ann:hush@b" ]',
    'WEBHOOK=[ NAME="a", URL="hush" ]',
    'MAIL=[ SMTP_URL="smtp://ann:hush@mx", FROM="a@b", TO="a@b" ]',
    'MAIL=[ SMTP_URL="smtpx://ann:hush@mx", FROM="a@b", TO="a@b" ]',
    'MAIL=[ SMTP_URL="smtp://ann:hush@mx:port", FROM="a@b", TO="a@b" ]',
  ])('but nothing that may be secret is shown: %s', (text) => {
    expect(() => of(text)).toThrow(/is not right: it (must begin|may hold|must be)/);
    expect(() => of(text)).not.toThrow('hush');
  });
});
