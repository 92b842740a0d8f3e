// Quotas of users and groups, and what everybody has who has none.
import { bad, good, makes, ref, type Case } from '../case.ts';

const TEMPLATE = 'DATASTORE=[ ID="1", IMAGES="1", SIZE="100" ]\nVM=[ VMS="1", MEMORY="-1", CPU="2.5" ]';

function cases(owner: 'user' | 'group'): Case[] {
  const quota = `one.${owner}.quota`;
  const info = `one.${owner}.info`;
  const shown = `one.${owner}quota.info`;
  const update = `one.${owner}quota.update`;
  const id = owner === 'user' ? 2 : 1;
  const defaults = owner === 'user' ? 'DEFAULT_USER_QUOTAS' : 'DEFAULT_GROUP_QUOTAS';
  return [
    good(quota, 'limits', [id, TEMPLATE]),
    good(info, 'shows them', [id], {
      document: owner.toUpperCase(),
      has: {
        'DATASTORE_QUOTA/DATASTORE/IMAGES': '1',
        'DATASTORE_QUOTA/DATASTORE/SIZE': '100',
        'DATASTORE_QUOTA/DATASTORE/SIZE_USED': '0',
        'VM_QUOTA/VM/VMS': '1',
        'VM_QUOTA/VM/CPU': /^2\.50?$/,
      },
    }),
    good(quota, 'XML, unlimited', [id, '<TEMPLATE><VM><VMS>-2</VMS></VM></TEMPLATE>']),
    good(quota, 'no limit at all', [id, 'VM=[ VMS="-1" ]\nDATASTORE=[ ID="1" ]']),
    bad(quota, 'a limit below -2', [id, 'VM=[ VMS="-3" ]'], 'XML_RPC_API', /VMS/),
    bad(quota, 'a limit that is no number', [id, 'VM=[ VMS="many" ]'], 'XML_RPC_API', /many/),
    bad(quota, 'a kind that does not exist', [id, 'DANCE=[ VMS="1" ]'], 'XML_RPC_API', /DANCE/),
    bad(quota, 'a datastore without its id', [id, 'DATASTORE=[ IMAGES="1" ]'], 'XML_RPC_API', /ID/),
    bad(quota, 'no template', [id, 'VM=[ VMS='], 'INTERNAL', /line 1/),
    bad(quota, 'nobody', [4711, TEMPLATE], 'NO_EXISTS', new RegExp(owner)),
    bad(quota, 'of oneadmin', [0, TEMPLATE], 'ACTION'),
    bad(quota, 'not for others', [id, TEMPLATE], 'AUTHORIZATION', /ADMIN/, { as: 'ann' }),
    good(shown, 'the defaults', [], { document: defaults }),
    good(shown, 'for anybody', ['surplus'], { document: defaults }, { as: 'ann' }),
    good(update, 'limits', ['VM=[ VMS="7" ]'], { document: defaults, has: { 'VM_QUOTA/VM/VMS': '7' } }),
    good(shown, 'the new ones', [], { document: defaults, has: { 'VM_QUOTA/VM/VMS': '7' } }),
    good(update, 'no limits again', ['<TEMPLATE><VM><VMS>-2</VMS></VM></TEMPLATE>'], { document: defaults }),
    bad(shown, 'a session of nobody', [], 'AUTHENTICATION', /./, { as: 'nobody6:x' }),
    bad(update, 'a default of the default', ['VM=[ VMS="-1" ]'], 'XML_RPC_API', /VMS/),
    bad(update, 'no template', ['VM=['], 'INTERNAL'),
    bad(update, 'not for others', ['VM=[ VMS="1" ]'], 'AUTHORIZATION', /./, { as: 'ann' }),
  ];
}

const enforced: readonly Case[] = [
  good('one.user.quota', 'no VM', [2, 'VM=[ VMS="0" ]']),
  bad('one.vm.allocate', 'above the limit', ['CPU=1\nMEMORY=64', true], 'AUTHORIZATION', /User \[2\].*VMS.*0/, {
    as: 'ann',
  }),
  good('one.user.quota', 'no limit', [2, 'VM=[ VMS="-1" ]']),
  good('one.group.quota', 'one image', [1, 'DATASTORE=[ ID="1", IMAGES="1" ]']),
  makes('one.image.allocate', 'within the limit', ['NAME="within"\nSIZE="1"', 1], 'within', {
    as: 'ann',
    until: { image: 'within', is: 1 },
  }),
  bad(
    'one.image.allocate',
    'above the limit of the group',
    ['NAME="above"\nSIZE="1"', 1],
    'AUTHORIZATION',
    /Group \[1\].*IMAGES/,
    {
      as: 'bob',
    },
  ),
  good('one.group.info', 'what is used', [1], {
    document: 'GROUP',
    has: { 'DATASTORE_QUOTA/DATASTORE/IMAGES_USED': '1', 'DATASTORE_QUOTA/DATASTORE/IMAGES': '1' },
  }),
  good('one.image.delete', 'gives it back', [ref('within')], undefined, { as: 'ann' }),
  good('one.group.quota', 'no limit', [1, 'DATASTORE=[ ID="1", IMAGES="-1" ]']),
];

export const quotaCases: readonly Case[] = [...cases('user'), ...cases('group'), ...enforced];
