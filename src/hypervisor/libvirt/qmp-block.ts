// Which of QEMU's block nodes is a disk of the domain, and which dirty bitmaps it has. Pure.
import type { Bitmap, Carrier } from './bitmaps.ts';

export interface BlockNode {
  name: string;
  /** QEMU's name of its format, like qcow2. */
  format: string;
}

/** The node behind the device that libvirt calls `alias`, from the answer to `query-block`. */
export function deviceOf(answer: unknown, alias: string): BlockNode | undefined {
  if (!Array.isArray(answer) || alias === '') return undefined;
  for (const block of answer as unknown[]) {
    if (!isRecord(block) || typeof block.qdev !== 'string' || !block.qdev.split('/').includes(alias)) continue;
    const medium = block.inserted;
    if (!isRecord(medium) || typeof medium['node-name'] !== 'string') return undefined;
    return { name: medium['node-name'], format: String(medium.drv) };
  }
  return undefined;
}

/** Every named node with its bitmaps, from the answer to `query-named-block-nodes`. */
export function nodesOf(answer: unknown): Map<string, Carrier> {
  const nodes = new Map<string, Carrier>();
  for (const node of Array.isArray(answer) ? (answer as unknown[]) : []) {
    if (!isRecord(node) || typeof node['node-name'] !== 'string') continue;
    const bitmaps = Array.isArray(node['dirty-bitmaps']) ? (node['dirty-bitmaps'] as unknown[]) : [];
    nodes.set(node['node-name'], {
      format: String(node.drv),
      old: at(node, 'image', 'format-specific', 'data', 'compat') === '0.10',
      bitmaps: bitmaps.flatMap(readBitmap),
    });
  }
  return nodes;
}

/**
 * libvirt's node of a disk's file and the nodes of the server at `socket` that it stands on, from the flat answer to
 * `query-named-block-nodes`. 'other' when no node stands on that server; undefined when the disk is not there, or under other names.
 */
export function layersOver(
  answer: unknown,
  path: string,
  socket: string,
): { top: string; below: { storage: string; format: string } } | 'other' | undefined {
  const nodes = (Array.isArray(answer) ? (answer as unknown[]) : []).filter(isRecord);
  const nameOf = (node: Record<string, unknown> | undefined): string => textOf(node?.['node-name']);
  const own = nodes.find((node) => node.drv === 'file' && node.file === path && LIBVIRTS.test(nameOf(node)));
  if (own === undefined) return undefined;
  const server = nodes.find(
    (node) => node.drv === 'nbd' && decodeURIComponent(textOf(node.file)).endsWith(`socket=${socket}`),
  );
  if (server === undefined) return 'other';
  const format = (name: string): string => name.replace(/-storage$/, '-format');
  if (!LIBVIRTS.test(nameOf(server))) return undefined;
  return { top: format(nameOf(own)), below: { storage: nameOf(server), format: format(nameOf(server)) } };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

const LIBVIRTS = /^libvirt-\d+-storage$/;

/** Bitmaps without a name are QEMU's own. */
function readBitmap(bitmap: unknown): Bitmap[] {
  if (!isRecord(bitmap) || typeof bitmap.name !== 'string') return [];
  return [
    {
      name: bitmap.name,
      recording: bitmap.recording === true,
      inconsistent: bitmap.inconsistent === true,
      dirtyBytes: typeof bitmap.count === 'number' ? bitmap.count : null,
    },
  ];
}

function at(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>((inside, name) => (isRecord(inside) ? inside[name] : undefined), value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
