// Reads a whole NBD export to nowhere and prints MiB/s: node tests/bench/reader.ts SOCKET [EXPORT] [BLOCK_KIB] [BLOCKS].
import { NbdClient } from '../../src/nbd/client.ts';
import { SequentialReader } from '../../src/nbd/sequential-read.ts';

const [socket, exportName = '', blockKib = '512', blocks = '16'] = process.argv.slice(2);
if (socket === undefined) throw new Error('usage: reader.ts SOCKET [EXPORT] [BLOCK_KIB] [BLOCKS]');

const client = await NbdClient.connect({ socket, exportName });
const startedAt = performance.now();
const reader = new SequentialReader(client, [{ offset: 0, length: client.size }], {
  blockBytes: Number(blockKib) * 1024,
  blocks: Number(blocks),
});
for (let block = await reader.next(); block; block = await reader.next()) block.release();
const seconds = (performance.now() - startedAt) / 1000;
const { userCPUTime, systemCPUTime } = process.resourceUsage();
const mib = client.size / 2 ** 20;
console.log(
  `${mib.toFixed(0)} MiB in ${seconds.toFixed(2)} s: ${(mib / seconds).toFixed(0)} MiB/s, ` +
    `CPU ${((userCPUTime + systemCPUTime) / 1e6).toFixed(2)} s, peak ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`,
);
await client.close();
