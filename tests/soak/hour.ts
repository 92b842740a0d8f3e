// `npm run soak [-- MINUTES [GUESTS]]`: an hour of everything, with 20 guests. ONEVAULT_SEED repeats what chance decides. SIGINT ends it
// early, in good order.
import { driveHour } from './hour/drive.ts';

const minutes = Number(process.argv[2] ?? process.env['SOAK_MINUTES'] ?? 60);
const guests = Number(process.argv[3] ?? 20);
const seed = Number(process.env['ONEVAULT_SEED'] ?? Date.now() % 1_000_000);
const enough = new AbortController();
process.once('SIGINT', () => enough.abort());
const tell = (line: string): void => void process.stdout.write(`${line}\n`);
const wrong = await driveHour({ guests, minutes, seed, tell, signal: enough.signal });
if (wrong.length > 0) process.exitCode = 1;
