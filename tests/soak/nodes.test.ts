// The short form of `npm run soak:nodes`: each blow once.
import { expect, it } from 'vitest';
import { postgresPrograms } from '../integration/postgres-server.ts';
import { driveNodes, reported } from './nodes/drive.ts';

const programs = await postgresPrograms();

it.runIf(programs !== undefined)(
  'nothing is lost, doubled or damaged when a node is killed, stopped or cut off',
  { timeout: 900_000 },
  async () => {
    const size = { nodes: 3, hosts: 6, machines: 12, atOnce: 4 };
    const tell = (line: string): void => console.log(line);
    const report = await driveNodes({ programs: programs ?? '', seed: 1, rounds: 3, ...size, tell });
    reported(report).forEach(tell);
    expect(report.verdict.wrong).toEqual([]);
    expect(report.rounds).toHaveLength(3);
  },
);
