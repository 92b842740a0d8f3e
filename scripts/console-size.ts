// Measures what the first page of the built console loads, compressed as the daemon sends it. The last line is JSON; more than the limit fails.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const BUILT = path.resolve(import.meta.dirname, '../var/console');
const LIMIT_KB = 300;

interface Chunk {
  file: string;
  isEntry?: boolean;
  src?: string;
  imports?: string[];
  css?: string[];
}

/** The page that is shown first, besides what every page needs. */
const FIRST_PAGE = 'src/pages/overview/overview.tsx';

async function main(): Promise<void> {
  const manifest = JSON.parse(await readFile(path.join(BUILT, '.vite/manifest.json'), 'utf8')) as Record<string, Chunk>;
  const entry = Object.keys(manifest).find((name) => manifest[name]?.isEntry);
  if (entry === undefined) throw new Error(`${BUILT} has no entry: build it with npm run console.`);
  const chunks = [...new Set([...withImports(manifest, entry), ...withImports(manifest, FIRST_PAGE)])];
  const scripts = await sizes(chunks.map((name) => manifest[name]!.file));
  const styles = await sizes([...new Set(chunks.flatMap((name) => manifest[name]!.css ?? []))]);
  console.log(`JavaScript: ${scripts.gzip} kB with gzip, ${scripts.br} kB with brotli, in ${chunks.length} files`);
  console.log(`styles:     ${styles.gzip} kB with gzip, ${styles.br} kB with brotli`);
  console.log(JSON.stringify({ first_load_kb: scripts.gzip, first_load_css_kb: styles.gzip, limit_kb: LIMIT_KB }));
  if (scripts.gzip > LIMIT_KB) throw new Error(`The first load is larger than ${LIMIT_KB} kB.`);
}

function withImports(manifest: Record<string, Chunk>, name: string, seen = new Set<string>()): Set<string> {
  const chunk = manifest[name];
  if (!chunk || seen.has(name)) return seen;
  seen.add(name);
  for (const each of chunk.imports ?? []) withImports(manifest, each, seen);
  return seen;
}

async function sizes(files: string[]): Promise<{ gzip: number; br: number }> {
  let gzip = 0;
  let br = 0;
  for (const file of files) {
    const content = await readFile(path.join(BUILT, file));
    gzip += gzipSync(content).length;
    br += brotliCompressSync(content).length;
  }
  const kb = (bytes: number): number => Math.round(bytes / 100) / 10;
  return { gzip: kb(gzip), br: kb(br) };
}

await main();
