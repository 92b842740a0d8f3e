// Numbers every entry of a directory of virtual files once, so that the kernel's node ids stay true for the life of a
// mount and nothing has to be forgotten. The directory must not change after that.
import { CODE, OneError } from '../model/errors.ts';
import { type Attributes, ROOT_ID } from './protocol.ts';

const DIRECTORY_MODE = 0o555;
const FILE_MODE = 0o444;
const MAX_NAME_BYTES = 255;

export interface VirtualFile {
  kind: 'file';
  /** Bytes. */
  size: number;
  mtimeSec: number;
  /** Permission bits, 0o444 when not given. */
  mode?: number;
  /** Its number as readers see it, for one that is to have the same in every mount; no other entry may have it. */
  inode?: number;
  /**
   * Bytes [offset, offset+length) of the file, as one or several buffers in order, exactly `length` bytes in all; never
   * asked past `size`. A rejection becomes EIO for the reader. Called again before earlier calls have settled.
   */
  read(offset: number, length: number): Promise<Uint8Array[]>;
  /**
   * Takes bytes that somebody writes, in any order; a file without it is read-only. The writer is told at once that they are taken: a
   * rejection reaches `onWriteError` alone. `data` is valid until it settles. Such a file shows as empty.
   */
  write?(offset: number, data: Buffer): Promise<void>;
  /** Called once per settled read when its buffers may be used for something else. */
  release?(buffers: Uint8Array[]): void;
}

export interface VirtualDirectory {
  kind: 'directory';
  mtimeSec: number;
  /** As of a file. */
  inode?: number;
  entries: ReadonlyMap<string, VirtualFile | VirtualDirectory>;
}

export interface FileNode extends Attributes {
  kind: 'file';
  path: string;
  file: VirtualFile;
}

export interface DirectoryNode extends Attributes {
  kind: 'directory';
  path: string;
  parentId: number;
  /** By name, for lookups. */
  children: Map<string, Node>;
  /** The same in a fixed order, so that a listing can go on from a position. */
  list: { name: string; node: Node }[];
}

export type Node = FileNode | DirectoryNode;

export interface Tree {
  root: DirectoryNode;
  /** The node with this id, or undefined. */
  get(nodeId: number): Node | undefined;
  nodes: number;
  /** Sum of the sizes of all files, in bytes. */
  totalBytes: number;
  /** Whether any file can be written. */
  writable: boolean;
}

/** Numbers the tree, root first. Throws OneError on a name or size that no file can have. */
export function numberTree(root: VirtualDirectory): Tree {
  const nodes: Node[] = [];
  let totalBytes = 0;
  const add = (entry: VirtualFile | VirtualDirectory, path: string, parentId: number): Node => {
    const node = nodeOf(entry, path, nodes.length + ROOT_ID, parentId);
    nodes.push(node);
    totalBytes += node.size;
    return node;
  };
  const top = directoryNode(root, '/', ROOT_ID, ROOT_ID);
  nodes.push(top);
  const open: [DirectoryNode, VirtualDirectory][] = [[top, root]];
  for (let next = open.pop(); next; next = open.pop()) {
    const [parent, directory] = next;
    for (const [name, entry] of directory.entries) {
      checkName(name, parent.path);
      const node = add(entry, parent.path === '/' ? `/${name}` : `${parent.path}/${name}`, parent.nodeId);
      parent.children.set(name, node);
      parent.list.push({ name, node });
      if (node.kind === 'directory' && entry.kind === 'directory') open.push([node, entry]);
    }
  }
  const writable = nodes.some((node) => node.kind === 'file' && node.file.write !== undefined);
  return { root: top, get: (nodeId) => nodes[nodeId - ROOT_ID], nodes: nodes.length, totalBytes, writable };
}

function nodeOf(entry: VirtualFile | VirtualDirectory, path: string, nodeId: number, parentId: number): Node {
  if (entry.kind === 'directory') return directoryNode(entry, path, nodeId, parentId);
  if (!Number.isSafeInteger(entry.size) || entry.size < 0) {
    throw new OneError(CODE.INTERNAL, `Cannot show the virtual file ${path}: it cannot be ${entry.size} bytes long.`);
  }
  const { size, mode = FILE_MODE } = entry;
  const mtimeSec = seconds(entry.mtimeSec);
  return { nodeId, ...numbered(entry), kind: 'file', size, mtimeSec, mode: mode & 0o7777, path, file: entry };
}

function directoryNode(entry: VirtualDirectory, path: string, nodeId: number, parentId: number): DirectoryNode {
  const mtimeSec = seconds(entry.mtimeSec);
  return {
    nodeId,
    ...numbered(entry),
    kind: 'directory',
    size: 0,
    mtimeSec,
    mode: DIRECTORY_MODE,
    path,
    parentId,
    children: new Map(),
    list: [],
  };
}

function numbered({ inode }: Pick<VirtualFile, 'inode'>): Pick<Attributes, 'inode'> {
  return inode === undefined ? {} : { inode };
}

function checkName(name: string, parent: string): void {
  const bad = name === '' || name === '.' || name === '..' || /[/\0]/.test(name);
  if (!bad && Buffer.byteLength(name) <= MAX_NAME_BYTES) return;
  throw new OneError(
    CODE.INTERNAL,
    `Cannot show ${JSON.stringify(name)} in the virtual directory ${parent}: bad name.`,
  );
}

/** Times before 1970 and fractions have no place in the protocol's unsigned whole seconds. */
function seconds(value: number): number {
  return Math.max(0, Math.floor(value));
}
