// The manifest beside the disks of a backup: which run stored them, and the length and hash of each, as they were read back when they were
// stored. Pure.
import { list, matching, number, object, readJson, text } from '../../model/json-shape.ts';

export interface StoredFile {
  name: string;
  bytes: number;
  sha256: string;
}

export interface Manifest {
  vmId: number;
  operationId: string;
  files: StoredFile[];
}

const MANIFEST = object({
  vmId: number,
  operationId: text,
  files: list(object({ name: text, bytes: number, sha256: matching(/^[0-9a-f]{64}$/) })),
});

export function manifestText(manifest: Manifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** Undefined when it is damaged. */
export function readManifest(said: string): Manifest | undefined {
  return readJson(MANIFEST, said);
}

/** What is wrong with a file of which this was read to its end; undefined when nothing is. */
export function differenceOf(stored: StoredFile, bytes: number, sha256: string): string | undefined {
  if (bytes !== stored.bytes) return `it has ${bytes} bytes, and ${stored.bytes} were stored`;
  if (sha256 !== stored.sha256) return 'its content is not what was stored: its hash is another than in the manifest';
  return undefined;
}
