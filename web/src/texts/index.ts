// All texts of the console, in English, one file for each noun. Pages hold no texts of their own.
import { about } from './about.ts';
import { acl } from './acl.ts';
import { audit } from './audit.ts';
import { backups } from './backups.ts';
import { clusters, vdcs } from './clusters.ts';
import { common } from './common.ts';
import { connection } from './connection.ts';
import { datastoreFields } from './datastore-fields.ts';
import { datastores } from './datastores.ts';
import { groups } from './groups.ts';
import { hosts } from './hosts.ts';
import { images } from './images.ts';
import { jobs } from './jobs.ts';
import { navigation } from './navigation.ts';
import { networks } from './networks.ts';
import { outcomes } from './outcomes.ts';
import { overview } from './overview.ts';
import { ownership } from './ownership.ts';
import { quotas } from './quotas.ts';
import { runs } from './runs.ts';
import { schedule } from './schedule.ts';
import { session } from './session.ts';
import { settings } from './settings.ts';
import { templates } from './templates.ts';
import { users } from './users.ts';
import { vms } from './vms.ts';

export const texts = {
  about,
  acl,
  audit,
  backups,
  clusters,
  common,
  connection,
  datastoreFields,
  datastores,
  groups,
  hosts,
  images,
  jobs,
  navigation,
  networks,
  outcomes,
  overview,
  ownership,
  quotas,
  runs,
  schedule,
  session,
  settings,
  templates,
  users,
  vdcs,
  vms,
};
