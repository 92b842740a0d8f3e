// All texts of the console, in English, one file for each noun. Pages hold no texts of their own.
import { about } from './about.ts';
import { backups } from './backups.ts';
import { common } from './common.ts';
import { connection } from './connection.ts';
import { jobs } from './jobs.ts';
import { navigation } from './navigation.ts';
import { outcomes } from './outcomes.ts';
import { overview } from './overview.ts';
import { runs } from './runs.ts';
import { session } from './session.ts';
import { settings } from './settings.ts';
import { vms } from './vms.ts';

export const texts = {
  about,
  backups,
  common,
  connection,
  jobs,
  navigation,
  outcomes,
  overview,
  runs,
  session,
  settings,
  vms,
};
