// The agent: runs on a host that is reached over SSH, opens what is there for the daemon that has started it, and ends with the connection.
import { openDoors } from './open.ts';
import { serve } from './serve.ts';

// nothing may be told to a daemon that is gone, and that is no reason to end before all is tidied
process.on('SIGHUP', () => undefined);
process.stdout.on('error', () => undefined);

await serve({ input: process.stdin, output: process.stdout, open: openDoors });
process.exit(0);
