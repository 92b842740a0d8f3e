import { describe, expect, it } from 'vitest';
import { reopenedForZeros } from './zero-nodes.ts';

const xml = `<domain><devices><disk><source file='/7/disk.0.snap/4' index='9'/>
<backingStore type='file' index='3'><format type='qcow2'/><source file='/7/disk.0'/>
<backingStore type='file' index='2'><format type='raw'/><source file='/images/1'/><backingStore/></backingStore></backingStore>
<target dev='vda'/></disk></devices></domain>`;
const node = (index: number, file: string, below = '', drv = 'qcow2'): object => ({
  ...{ 'node-name': `libvirt-${index}-format`, file, drv, ro: true, backing_file_depth: 0 },
  ...(below !== '' && { backing_file: below }),
  cache: { direct: true, 'no-flush': false, writeback: true },
});
const nodes = [
  node(9, '/7/disk.0.snap/4', '/7/disk.0'),
  node(3, '/7/disk.0', '/images/1'),
  node(2, '/images/1', '', 'raw'),
];

describe('a node that is to keep zeros', () => {
  it('stays what it is otherwise', () => {
    expect(reopenedForZeros(xml, 'vda', '/7/disk.0', nodes)).toEqual({
      driver: 'qcow2',
      'node-name': 'libvirt-3-format',
      'read-only': true,
      file: 'libvirt-3-storage',
      backing: 'libvirt-2-format',
      cache: { direct: true, 'no-flush': false },
      discard: 'unmap',
      'detect-zeroes': 'unmap',
    });
  });

  it('has no backing file only when QEMU says so', () => {
    const last = xml.replace(
      /<backingStore type='file' index='2'>.*?<backingStore\/><\/backingStore>/,
      '<backingStore/>',
    );
    const alone = [node(9, '/7/disk.0.snap/4', '/7/disk.0'), node(3, '/7/disk.0')];
    expect(reopenedForZeros(last, 'vda', '/7/disk.0', alone)).toMatchObject({ backing: null });
    expect(reopenedForZeros(last, 'vda', '/7/disk.0', nodes)).toBeUndefined();
    expect(reopenedForZeros(xml, 'vda', '/7/disk.0', alone)).toBeUndefined();
    expect(reopenedForZeros(xml, 'vda', '/7/disk.0', nodes.slice(0, 2))).toBeUndefined();
  });

  it('is left alone when it is not what libvirt says, or cannot tell zeros', () => {
    expect(reopenedForZeros(xml, 'vda', '/7/disk.0', [node(3, '/other')])).toBeUndefined();
    expect(reopenedForZeros(xml, 'vda', '/images/1', nodes)).toBeUndefined();
    expect(reopenedForZeros(xml, 'vdb', '/7/disk.0', nodes)).toBeUndefined();
    expect(reopenedForZeros(xml, 'vda', '/7/disk.0', 'nonsense')).toBeUndefined();
  });
});
