// one.vmpool.*; the VMs of the cases of one.vm are there.
import { bad, good, ref, type Case } from '../case.ts';

const ANN = { as: 'ann' };

function listing(method: string): Case[] {
  const pool = `one.vmpool.${method}`;
  return [
    good(pool, 'all but DONE', [-2, -1, -1, -1], { document: 'VM_POOL', has: { 'VM/NAME': 'läuft', 'VM/STATE': '2' } }),
    good(pool, 'without a state', [-2, -1, -1], { document: 'VM_POOL', has: { 'VM/NAME': 'läuft' } }),
    good(pool, 'any state', [-2, -1, -1, -2], { document: 'VM_POOL', has: { 'VM/STATE': '6' } }),
    good(pool, 'one state', [-2, -1, -1, 3, ''], { document: 'VM_POOL', has: { 'VM/LCM_STATE': '3' } }),
    good(pool, 'a state that no VM is in', [-2, -1, -1, 11], { document: 'VM_POOL' }),
    good(
      pool,
      "a page, as Ruby's terminal asks",
      [-2, 0, -24, -1],
      { document: 'VM_POOL', has: { 'VM/NAME': 'läuft' } },
      { client: 'ruby' },
    ),
    good(pool, 'a page, as the newest clients ask', [-2, 0, -24, -1, ''], {
      document: 'VM_POOL',
      has: { 'VM/NAME': 'läuft' },
    }),
    good(pool, 'a page behind the end', [-2, 10_000, -24, -1, ''], { document: 'VM_POOL' }),
    good(pool, 'one id', [-2, ref('running'), ref('running'), -1, ''], {
      document: 'VM_POOL',
      has: { 'VM/NAME': 'läuft' },
    }),
    good(pool, 'from the last to the first: none', [-2, 9, 3, -1], { document: 'VM_POOL' }),
    good(pool, 'mine', [-3, -1, -1, -1], { document: 'VM_POOL', has: { 'VM/UNAME': 'ann' } }, ANN),
    good(pool, "mine and my groups'", [-1, -1, -1, -1], { document: 'VM_POOL', has: { 'VM/UNAME': 'ann' } }, ANN),
    good(pool, "my primary group's", [-4, -1, -1, -1], { document: 'VM_POOL', has: { 'VM/GNAME': 'users' } }, ANN),
    good(pool, "somebody's", [2, -1, -1, -1], { document: 'VM_POOL', has: { 'VM/UID': '2' } }),
    good(pool, 'of somebody who does not exist', [4711, -1, -1, -1], { document: 'VM_POOL' }),
    bad(pool, 'a flag that is not known', [-5, -1, -1, -1], 'XML_RPC_API', /Incorrect filter_flag/),
    bad(pool, 'a state that is not known', [-2, -1, -1, 99], 'XML_RPC_API', /99/),
    bad(pool, 'a state below all', [-2, -1, -1, -3], 'XML_RPC_API', /-3/),
    bad(pool, 'a search', [-2, -1, -1, -1, 'VM.NAME=a'], 'ACTION'),
    bad(pool, 'a session of nobody', [-2, -1, -1, -1], 'AUTHENTICATION', /./, { as: 'nobody5:x' }),
  ];
}

const set = 'one.vmpool.infoset';
const accounting = 'one.vmpool.accounting';

export const vmPoolCases: readonly Case[] = [
  ...listing('info'),
  ...listing('infoextended'),
  good(set, 'two', [(id) => `${id('running')},${id('held')}`, false], {
    document: 'VM_POOL',
    has: { 'VM/NAME': 'läuft', 'VM/STATE': '2' },
  }),
  good(set, 'one, extended', [(id) => String(id('running')), true], {
    document: 'VM_POOL',
    has: { 'VM/NAME': 'läuft' },
  }),
  good(set, 'none', ['', false], { document: 'VM_POOL' }),
  good(set, 'one that is not there', ['4711', false], { document: 'VM_POOL' }),
  good(set, 'one that others may not see', [(id) => `${id('running')}`, false], { document: 'VM_POOL' }, ANN),
  bad(set, 'no ids', ['a,b', false], 'XML_RPC_API', /"a"/),
  bad(set, 'negative ids', ['-1', false], 'XML_RPC_API', /-1/),
  good(accounting, 'all', [-2, -1, -1], {
    document: 'HISTORY_RECORDS',
    has: { 'HISTORY/HOSTNAME': 'here', 'HISTORY/VM/NAME': 'läuft' },
  }),
  good(accounting, 'mine', [-3, -1, -1], { document: 'HISTORY_RECORDS' }, ANN),
  good(accounting, 'before everything', [-2, 0, 1], { document: 'HISTORY_RECORDS' }),
  bad(accounting, 'a flag that is not known', [-5, -1, -1], 'XML_RPC_API', /filter_flag/),
];
