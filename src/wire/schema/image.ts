// IMAGE and IMAGE_POOL. Nothing that is not a chain has increments, and every increment says its type. After what OpenNebula tells of
// a point stands what OneVault does.
import { poolOf, type Schema, type Sequence } from './schema.ts';
import { ids, owned, template } from './shared.ts';

const told: Sequence = {
  REASON: 'text',
  CONSISTENCY: 'consistency',
  VERIFIED: 'epoch',
  'VERIFY_ERROR?': 'text',
  'PROVEN?': 'epoch',
  'PROVEN_TIME?': 'count',
  'PROVEN_BY?': 'text',
  'DRILL_FAILED?': 'epoch',
  'DRILL_ERROR?': 'text',
  'DRILL_SCREEN?': 'yesno',
  'PIN_REASON?': 'text',
  'PIN_UNTIL?': 'epoch',
};

const content: Sequence = {
  ...owned,
  TYPE: 'count',
  DISK_TYPE: 'count',
  PERSISTENT: 'flag',
  REGTIME: 'epoch',
  SOURCE: 'text',
  PATH: 'text',
  FORMAT: 'text',
  FS: 'text',
  SIZE: 'count',
  STATE: 'count',
  PREV_STATE: 'count',
  RUNNING_VMS: 'count',
  CLONING_OPS: 'count',
  CLONING_ID: 'int',
  TARGET_SNAPSHOT: 'int',
  DATASTORE_ID: 'count',
  DATASTORE: 'filled',
  VMS: ids,
  CLONES: ids,
  APP_CLONES: ids,
  TEMPLATE: template,
  SNAPSHOTS: {
    ALLOW_ORPHANS: 'filled',
    CURRENT_BASE: 'int',
    NEXT_SNAPSHOT: 'count',
    'SNAPSHOT*': {
      'ACTIVE?': 'yesno',
      'CHILDREN?': 'id list',
      DATE: 'epoch',
      ID: 'count',
      'NAME?': 'text',
      PARENT: 'int',
      SIZE: 'count',
    },
  },
  BACKUP_INCREMENTS: {
    'INCREMENT*': {
      DATE: 'epoch',
      ID: 'count',
      'PARENT_ID?': 'int',
      SIZE: 'count',
      SOURCE: 'text',
      TYPE: 'point type',
      ...told,
    },
  },
  'BACKUP_DISK_IDS?': ids,
  'BACKUP_POINT?': { DATE: 'epoch', ID: 'count', ...told },
};

export const image: Schema = { root: 'IMAGE', content };
export const imagePool: Schema = poolOf('IMAGE_POOL', 'IMAGE', content);
