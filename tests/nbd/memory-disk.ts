// An honest NBD server over bytes in memory, with the meta contexts that a test gives it.
import { CHUNK, COMMAND } from '../../src/nbd/constants.ts';
import { chunk, dataChunk, fakeServer, statusChunk, type FakeServer } from './fake-server.ts';

/** Flags of the byte ranges [from, to) of one context; what is not in any has the flags 0. */
export type Flags = Array<[from: number, to: number, flags: number]>;

export async function memoryDisk(bytes: Buffer, contexts: Record<string, Flags>): Promise<FakeServer> {
  const names = Object.keys(contexts);
  return fakeServer({
    size: bytes.length,
    contexts: names,
    request: ({ command, cookie, offset, length }, socket) => {
      if (command === COMMAND.READ) {
        socket.write(dataChunk(cookie, offset, bytes.subarray(offset, offset + length), true));
        return;
      }
      names.forEach((name, index) => {
        const extents = extentsOf(contexts[name] ?? [], offset, offset + length);
        socket.write(statusChunk(cookie, index + 1, extents));
      });
      socket.write(chunk(cookie, CHUNK.NONE, Buffer.alloc(0), true));
    },
  });
}

function extentsOf(flags: Flags, start: number, end: number): Array<[number, number]> {
  const edges = [...new Set([start, end, ...flags.flatMap(([from, to]) => [from, to])])]
    .filter((edge) => edge >= start && edge <= end)
    .sort((a, b) => a - b);
  return edges.slice(1).map((edge, index) => {
    const from = edges[index] ?? start;
    const found = flags.find((one) => one[0] <= from && from < one[1]);
    return [edge - from, found?.[2] ?? 0];
  });
}
