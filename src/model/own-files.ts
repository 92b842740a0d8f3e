// How the files of the program itself end: `.ts` in a clone, `.js` in an installed package, which carries built JavaScript.
import { extname } from 'node:path';

export const OWN_EXTENSION = extname(import.meta.filename);
