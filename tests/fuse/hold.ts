// A reader of its own that holds a file open: node tests/fuse/hold.ts FILE. Prints "open", waits for its stdin to close, then
// tries to read and prints the number of bytes or the error's code.
import { openSync, readSync } from 'node:fs';

const fd = openSync(process.argv[2] ?? '', 'r');
console.log('open');
process.stdin.resume().once('end', () => {
  try {
    console.log(readSync(fd, Buffer.alloc(10), 0, 10, 500_000));
  } catch (error) {
    console.log(error instanceof Error && 'code' in error ? error.code : error);
  }
});
