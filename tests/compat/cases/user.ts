// one.user.* and one.userpool.*; the users ann (2) and bob (3) are there.
import { bad, good, makes, ref, type Case } from '../case.ts';

const user = (method: string): string => `one.user.${method}`;
const TOKEN = 'a-token-that-is-long-enough-to-be-one';
const READER = 'r'.repeat(40);
const GERDA = { as: 'gerda:secret' };

const making: readonly Case[] = [
  makes(user('allocate'), 'name, password and driver', ['gerda', 'secret', 'core'], 'gerda'),
  makes(user('allocate'), 'an empty list of groups', ['kai', 'secret', 'core', []], 'kai'),
  makes(user('allocate'), 'no driver is core', ['robin', 'secret', ''], 'robin'),
  makes(user('allocate'), 'groups, the first is the primary one', ['queen', 'secret', 'core', [1, 0]], 'queen'),
  makes(user('allocate'), 'a driver whose users cannot log in', ['crow', '', 'public'], 'crow'),
  makes(user('allocate'), 'a name in other letters', ['Jürgen東', 'secret', 'core'], 'unicode user'),
  bad(user('allocate'), 'a name that is taken', ['gerda', 'secret', 'core'], 'ALLOCATE', /new user\. .*taken/),
  bad(user('allocate'), 'no name', ['', 'secret', 'core'], 'ALLOCATE', /new user/),
  bad(user('allocate'), 'a blank in the name', ['a b', 'secret', 'core'], 'ALLOCATE', /new user/),
  bad(user('allocate'), 'a colon in the name', ['a:b', 'secret', 'core'], 'ALLOCATE', /new user/),
  bad(user('allocate'), 'a quote in the name', ['a"b', 'secret', 'core'], 'ALLOCATE', /new user/),
  bad(user('allocate'), 'a name of 129 characters', ['u'.repeat(129), 'secret', 'core'], 'ALLOCATE', /new user/),
  bad(user('allocate'), 'no password', ['hans', '', 'core'], 'ALLOCATE', /new user\. .*password/),
  bad(user('allocate'), 'a driver that is not known', ['hans', 'secret', 'dance'], 'ALLOCATE', /new user\. .*dance/),
  bad(
    user('allocate'),
    'a group that does not exist',
    ['hans', 'secret', 'core', [4711]],
    'NO_EXISTS',
    /group \[4711\]/,
  ),
  bad(user('allocate'), 'not for others', ['hans', 'secret', 'core'], 'AUTHORIZATION', /CREATE USER/, { as: 'ann' }),
  {
    ...bad(user('allocate'), 'groups that are texts', ['hans', 'secret', 'core', ['1']], 'INTERNAL'),
    expected: { fault: -501 },
  },
];

const looking: readonly Case[] = [
  good(user('info'), 'a user', [ref('gerda')], {
    document: 'USER',
    has: { NAME: 'gerda', GID: '1', GNAME: 'users', AUTH_DRIVER: 'core', ENABLED: '1', 'GROUPS/ID': '1' },
  }),
  good(user('info'), 'with decrypt', [ref('queen'), true], { document: 'USER', has: { GID: '1', 'GROUPS/ID': '0' } }),
  good(user('info'), '-1 is oneself', [-1], { document: 'USER', has: { NAME: 'gerda' } }, GERDA),
  good(user('info'), '-1 and decrypt', [-1, false], { document: 'USER', has: { NAME: 'oneadmin', ID: '0' } }),
  bad(user('info'), 'nobody', [4711], 'NO_EXISTS', /user \[4711\]/),
  bad(user('info'), 'somebody else', [ref('gerda')], 'AUTHORIZATION', /USE USER/, { as: 'ann' }),
  good('one.userpool.info', 'all', [], {
    document: 'USER_POOL',
    has: { 'USER/NAME': 'gerda', 'QUOTAS/ID': '2', 'USER/ID': '0' },
  }),
  good('one.userpool.info', 'oneself', [], { document: 'USER_POOL', has: { 'USER/NAME': 'gerda' } }, GERDA),
  bad('one.userpool.info', 'a session of nobody', [], 'AUTHENTICATION', /./, { as: 'nobody8:x' }),
];

const changing: readonly Case[] = [
  good(
    user('update'),
    'replace, left out',
    [ref('gerda'), 'EMAIL="g@example.org"\nSSH=[ KEY="a", AGE="1" ]'],
    undefined,
    GERDA,
  ),
  good(user('update'), 'merge XML', [ref('gerda'), '<TEMPLATE><LANG><![CDATA[<dä>&"]]></LANG></TEMPLATE>', 1]),
  good(user('info'), 'all attributes', [ref('gerda')], {
    document: 'USER',
    has: { 'TEMPLATE/EMAIL': 'g@example.org', 'TEMPLATE/SSH/KEY': 'a', 'TEMPLATE/LANG': '<dä>&"' },
  }),
  bad(user('update'), 'no kind of update', [ref('gerda'), 'A=b', -1], 'XML_RPC_API'),
  bad(user('update'), 'no template', [ref('gerda'), '<TEMPLATE>', 0], 'INTERNAL'),
  bad(user('update'), 'nobody', [4711, 'A=b', 0], 'NO_EXISTS'),
  bad(user('update'), 'somebody else', [ref('kai'), 'A=b', 0], 'AUTHORIZATION', /USER/, GERDA),
  bad(
    user('update'),
    'a restricted attribute',
    [ref('gerda'), 'VM_USE_OPERATIONS="backup"', 1],
    'AUTHORIZATION',
    /VM_USE/,
    GERDA,
  ),
  bad(user('update'), 'a umask that is none', [ref('gerda'), 'UMASK="999"', 1], 'ACTION', /UMASK/),
  good(user('passwd'), "one's own", [ref('gerda'), 'secret'], undefined, GERDA),
  good(user('passwd'), 'by an administrator', [ref('kai'), 'other']),
  bad(user('passwd'), 'the old password', [ref('kai'), 'x'], 'AUTHENTICATION', /./, { as: 'kai:secret' }),
  bad(user('passwd'), 'nobody', [4711, 'x'], 'NO_EXISTS'),
  bad(user('passwd'), 'empty', [ref('kai'), ''], 'ACTION', /empty/),
  bad(user('passwd'), 'of somebody else', [ref('kai'), 'x'], 'AUTHORIZATION', /USER/, GERDA),
  good(user('chauth'), 'driver and password', [ref('robin'), 'core', 'new']),
  good(user('chauth'), 'a driver whose users cannot log in', [ref('robin'), 'public', '']),
  good(user('chauth'), 'back, with a new password', [ref('robin'), 'core', 'secret']),
  bad(user('chauth'), 'a driver that is not known', [ref('robin'), 'dance', 'x'], 'ACTION', /dance/),
  bad(user('chauth'), 'nobody', [4711, 'core', 'x'], 'NO_EXISTS'),
  bad(user('chauth'), 'of oneself', [ref('gerda'), 'core', 'x'], 'AUTHORIZATION', /USER/, GERDA),
  good(user('enable'), 'off', [ref('kai'), false]),
  bad(user('info'), 'by somebody who is disabled', [-1], 'AUTHENTICATION', /./, { as: 'kai:other' }),
  good(user('enable'), 'on', [ref('kai'), true]),
  good(
    user('info'),
    'by somebody who is enabled again',
    [-1],
    { document: 'USER', has: { NAME: 'kai' } },
    { as: 'kai:other' },
  ),
  bad(user('enable'), 'oneadmin off', [0, false], 'ACTION'),
  bad(user('enable'), 'nobody', [4711, true], 'NO_EXISTS'),
  bad(user('enable'), 'oneself', [ref('gerda'), true], 'AUTHORIZATION', /USER/, GERDA),
];

const belonging: readonly Case[] = [
  makes('one.group.allocate', 'for users', ['tyrol'], 'tyrol'),
  good(user('addgroup'), 'a further group', [ref('gerda'), ref('tyrol')]),
  bad(user('addgroup'), 'twice', [ref('gerda'), ref('tyrol')], 'ACTION'),
  bad(user('addgroup'), 'no group', [ref('gerda'), 4711], 'NO_EXISTS', /group \[4711\]/),
  bad(user('addgroup'), 'nobody', [4711, ref('tyrol')], 'NO_EXISTS', /user \[4711\]/),
  good(user('chgrp'), 'to a group that she is in', [ref('gerda'), ref('tyrol')], undefined, GERDA),
  good(user('info'), 'in both', [-1], { document: 'USER', has: { GNAME: 'tyrol', 'GROUPS/ID': '1' } }, GERDA),
  bad(user('chgrp'), 'to one that she is not in', [ref('gerda'), 0], 'AUTHORIZATION', /GROUP/, GERDA),
  bad(user('chgrp'), 'to none', [ref('gerda'), 4711], 'NO_EXISTS'),
  bad(user('delgroup'), 'the primary one', [ref('gerda'), ref('tyrol')], 'ACTION'),
  good(user('chgrp'), 'back', [ref('gerda'), 1]),
  good(user('delgroup'), 'a further group', [ref('gerda'), ref('tyrol')]),
  bad(user('delgroup'), 'one that she is not in', [ref('gerda'), ref('tyrol')], 'ACTION'),
  bad(user('delgroup'), 'nobody', [4711, ref('tyrol')], 'NO_EXISTS'),
  good('one.group.delete', 'for users', [ref('tyrol')]),
];

const loggingIn: readonly Case[] = [
  good(user('login'), 'a new token', ['gerda', '', 3600], { text: /^\S{32,}$/ }, GERDA),
  good(user('login'), 'a token of her own, for ever', ['gerda', TOKEN, -1], { text: new RegExp(`^${TOKEN}$`) }, GERDA),
  good(user('login'), 'for one of her groups', ['gerda', '', 3600, 1], { text: /^\S{32,}$/ }, GERDA),
  good(
    user('info'),
    'with the token',
    [-1],
    { document: 'USER', has: { 'LOGIN_TOKEN/EGID': '1', 'LOGIN_TOKEN/EXPIRATION_TIME': '-1' } },
    { as: `gerda:${TOKEN}` },
  ),
  good(
    user('login'),
    'one that only reads',
    ['gerda', READER, 60, -1, 'read'],
    { text: new RegExp(`^${READER}$`) },
    GERDA,
  ),
  good(
    user('info'),
    'with a token that only reads',
    [-1],
    { document: 'USER', has: { 'LOGIN_TOKEN/SCOPE': 'read' } },
    { as: `gerda:${READER}` },
  ),
  bad(user('passwd'), 'with a token that only reads', [-1, 'other'], 'AUTHORIZATION', /token has the scope read/, {
    as: `gerda:${READER}`,
  }),
  bad(
    user('login'),
    'a scope that is none',
    ['gerda', '', 60, -1, 'all'],
    'XML_RPC_API',
    /read, backup, restore/,
    GERDA,
  ),
  good(user('login'), 'revokes it', ['gerda', TOKEN, 0], { text: new RegExp(`^${TOKEN}$`) }, GERDA),
  bad(user('info'), 'with a token that is revoked', [-1], 'AUTHENTICATION', /./, { as: `gerda:${TOKEN}` }),
  good(user('login'), 'revokes all', ['gerda', '', 0, -1], { text: /^$/ }, GERDA),
  good(user('login'), 'by an administrator', ['gerda', '', 60, -1], { text: /^\S{32,}$/ }),
  bad(user('login'), 'a negative term', ['gerda', '', -2], 'XML_RPC_API', /./, GERDA),
  bad(user('login'), 'for a group that she is not in', ['gerda', '', 60, 4711], 'XML_RPC_API', /./, GERDA),
  bad(user('login'), 'for somebody else', ['kai', '', 60], 'AUTHORIZATION', /USER/, GERDA),
  bad(user('login'), 'for nobody', ['somebody', '', 60], 'NO_EXISTS'),
];

const ending: readonly Case[] = [
  bad(user('delete'), 'oneadmin', [0], 'ACTION'),
  bad(user('delete'), 'nobody', [4711], 'NO_EXISTS'),
  bad(user('delete'), 'a negative id', [-1], 'NO_EXISTS'),
  bad(user('delete'), 'oneself', [ref('gerda')], 'AUTHORIZATION', /USER/, GERDA),
  ...['gerda', 'kai', 'robin', 'queen', 'crow', 'unicode user'].map((name) =>
    good(user('delete'), `the user "${name}"`, [ref(name)]),
  ),
  bad(user('delete'), 'twice', [ref('gerda')], 'NO_EXISTS'),
];

export const userCases: readonly Case[] = [...making, ...looking, ...changing, ...belonging, ...loggingIn, ...ending];
