// How QEMU is told to keep zeros as zeros in a file below the one a guest writes to: its merging job copies what the guest has given back
// as so many bytes, which would fill the disk's file. Nothing else of the node may change, its backing file above all. Pure.
import { attribute, child, children, parseXml } from './xml-read.ts';

interface Node {
  'node-name': string;
  drv: string;
  ro: boolean;
  file: string;
  /** Left out when the node stands on nothing. The depth that QEMU tells beside it is 0 for every node in a flat list. */
  backing_file?: string;
  cache: { direct: boolean; 'no-flush': boolean };
}

/**
 * Options of `blockdev-reopen` for the node of `path` in the chain of `target`, from the domain's XML and the answer to
 * `query-named-block-nodes`; undefined when it is not certain what to say.
 */
export function reopenedForZeros(xml: string, target: string, path: string, answer: unknown): object | undefined {
  const chain = chainOf(xml, target);
  const at = chain.findIndex((one) => one.path === path);
  const nodes = Array.isArray(answer) ? (answer as Node[]) : [];
  const nodeOf = (place: number): Node | undefined => {
    const one = chain[place];
    const name = `libvirt-${one?.index}-format`;
    return nodes.find((node) => node['node-name'] === name && node.file === one?.path);
  };
  const node = nodeOf(at);
  if (node === undefined || node.drv !== 'qcow2') return undefined;
  const next = chain[at + 1]?.path ?? '';
  if (next !== (node.backing_file ?? '')) return undefined; // a node that is told another backing file shows other data
  const below = next === '' ? null : nodeOf(at + 1)?.['node-name'];
  if (below === undefined) return undefined;
  return {
    ...{ driver: 'qcow2', 'node-name': node['node-name'], 'read-only': node.ro },
    ...{ file: node['node-name'].replace(/format$/, 'storage'), backing: below },
    ...{ cache: { direct: node.cache.direct, 'no-flush': node.cache['no-flush'] } },
    ...{ discard: 'unmap', 'detect-zeroes': 'unmap' },
  };
}

function chainOf(xml: string, target: string): Array<{ path: string; index: string }> {
  const disks = children(child(parseXml(xml), 'devices'), 'disk');
  const disk = disks.find((one) => attribute(child(one, 'target'), 'dev') === target);
  const chain: Array<{ path: string; index: string }> = [];
  for (let at = disk; at !== undefined; at = child(at, 'backingStore')) {
    const source = child(at, 'source');
    chain.push({ path: attribute(source, 'file'), index: attribute(at === disk ? source : at, 'index') });
  }
  return chain;
}
