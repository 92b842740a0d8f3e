import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseQcow2Header, requireSelfContained } from './qcow2-header.ts';
import { groupId } from './reach.ts';

function header(version: number, virtualBytes: bigint, backingAt = 0n, features = 0n): Buffer {
  const bytes = Buffer.alloc(104);
  bytes.writeUInt32BE(0x514649fb, 0);
  bytes.writeUInt32BE(version, 4);
  bytes.writeBigUInt64BE(backingAt, 8);
  bytes.writeBigUInt64BE(virtualBytes, 24);
  bytes.writeBigUInt64BE(features, 72);
  return bytes;
}

describe('a qcow2 header', () => {
  it('tells the size', () => {
    expect(parseQcow2Header(header(3, 10n << 30n), 'x')).toEqual({
      virtualBytes: 10 * 2 ** 30,
      hasBackingFile: false,
      hasExternalData: false,
    });
  });

  it('with a backing or external data file is refused', () => {
    const backed = parseQcow2Header(header(2, 1n, 512n), '/a/b');
    expect(() => requireSelfContained(backed, '/a/b')).toThrow(/\/a\/b was refused: .*backing file/);
    expect(() => requireSelfContained(parseQcow2Header(header(3, 1n, 0n, 5n), 'x'), 'x')).toThrow(/external data/);
    // In version 2 these bytes are not features.
    expect(parseQcow2Header(header(2, 1n, 0n, 4n), 'x').hasExternalData).toBe(false);
  });

  it('is nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
        expect(() => parseQcow2Header(Buffer.from(bytes), 'x')).toThrow(/not a qcow2/);
      }),
    );
  });
});

it('finds a group by its whole name', () => {
  const groups = 'root:x:0:\nlibkvm:x:3:\nkvm:x:107:a,b\n';
  expect(groupId(groups, 'kvm')).toBe(107);
  expect(groupId(groups, 'vm')).toBeUndefined();
  expect(groupId('', 'kvm')).toBeUndefined();
});
