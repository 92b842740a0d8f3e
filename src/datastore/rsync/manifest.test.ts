import { expect, it } from 'vitest';
import { differenceOf, manifestText, readManifest, type Manifest } from './manifest.ts';

const file = { name: 'disk.0.0', bytes: 5, sha256: 'a'.repeat(64) };
const manifest: Manifest = { vmId: 7, operationId: '00000000000000b1', files: [file] };

it('a manifest is read as it was written, and a damaged one is told from it', () => {
  const text = manifestText(manifest);
  expect(readManifest(text)).toEqual(manifest);
  const damaged = ['', text.slice(0, -5), text.replace('"a', '"g'), text.replace('"bytes": 5', '"bytes": "5"'), '{}'];
  for (const one of damaged) expect(readManifest(one), one).toBeUndefined();
});

it('a file that differs is told by what differs', () => {
  expect(differenceOf(file, 5, file.sha256)).toBeUndefined();
  expect(differenceOf(file, 4, file.sha256)).toMatch(/4 bytes, and 5 were stored/);
  expect(differenceOf(file, 5, 'b'.repeat(64))).toMatch(/hash/);
});
