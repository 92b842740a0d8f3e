// `npm run soak:nodes [-- ROUNDS]`: three control nodes that are killed, stopped and cut off in turn, 50 times or as often as is said, while
// their machines are backed up. ONEVAULT_SEED repeats what chance decides. SIGINT ends it after the round that is under way.
import { postgresPrograms } from '../integration/postgres-server.ts';
import { driveNodes, reported } from './nodes/drive.ts';

const rounds = Number(process.argv[2] ?? 50);
const seed = Number(process.env['ONEVAULT_SEED'] ?? Date.now() % 1_000_000);
const tell = (line: string): void => void process.stdout.write(`${line}\n`);

const programs = await postgresPrograms();
if (programs !== undefined) {
  const size = { nodes: 3, hosts: 9, machines: Number(process.env['MACHINES'] ?? 42), atOnce: 6 };
  const enough = new AbortController();
  process.once('SIGINT', () => enough.abort());
  const report = await driveNodes({ programs, seed, rounds, ...size, tell, signal: enough.signal });
  reported(report).forEach(tell);
  if (report.verdict.wrong.length > 0) process.exitCode = 1;
}
