// Loaded into the daemon by `node --import`: each time it is asked with SIGUSR2 it collects its garbage and writes down how much memory is
// in use, so that what is seen to grow is really held.
import { renameSync, writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const file = process.env['ONEVAULT_MEMORY_FILE'];
if (file !== undefined && process.argv.includes('serve')) {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  let asked = 0;
  process.on('SIGUSR2', () => {
    collect();
    writeFileSync(`${file}.new`, JSON.stringify({ asked: ++asked, ...process.memoryUsage() }));
    renameSync(`${file}.new`, file);
  });
}
