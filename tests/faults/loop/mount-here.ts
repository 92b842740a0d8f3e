// In the place of src/fuse/mount.ts: what would be shown is written out.
export * from '../../../src/fuse/mount.ts';
export { clearedOut as clearMount, writtenOut as mountDirectory } from './in-process.ts';
