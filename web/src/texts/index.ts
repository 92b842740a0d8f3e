// All texts of the console, in English, one file for each noun. Pages hold no texts of their own.
import { common } from './common.ts';
import { connection } from './connection.ts';
import { jobs } from './jobs.ts';
import { navigation } from './navigation.ts';
import { outcomes } from './outcomes.ts';
import { runs } from './runs.ts';
import { session } from './session.ts';

export const texts = {
  common,
  connection,
  jobs,
  navigation,
  outcomes,
  runs,
  session,
};
