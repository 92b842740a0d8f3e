// A process of its own that mounts a virtual directory, for tests that kill it or let it end badly:
// node tests/fuse/serve.ts PATH [exit|throw]. Prints "mounted" when readers may come.
import { mountDirectory } from '../../src/fuse/mount.ts';
import { directory, patternFile } from './virtual-file.ts';

const [path = '', ending] = process.argv.slice(2);
const never = (): Promise<Uint8Array[]> => new Promise(() => undefined);
await mountDirectory(
  path,
  directory({ good: patternFile(1, 1_000_000), stuck: patternFile(2, 1000, { read: never }) }),
);
console.log('mounted');
if (ending === 'exit') process.exit(3);
if (ending === 'throw') throw new Error('planned');
