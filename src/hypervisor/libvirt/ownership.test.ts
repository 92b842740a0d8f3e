import { describe, expect, it } from 'vitest';
import { ownershipQuery, ownershipTrouble, ownershipXml, readOwnership } from './ownership.ts';

describe('whose a domain is', () => {
  it('is read from what virsh prints, and nobody else is taken for its owner', () => {
    const printed = `one-1 <vm installation="aa"/>\none-2 one-3 <vm installation='bb'/>\none-4 <vm name="x"/>\none-5 `;
    expect(Object.fromEntries(readOwnership(printed))).toEqual({ 'one-1': 'aa', 'one-3': 'bb' });
  });

  it('is asked for in one script', () => {
    expect(ownershipQuery(['one-1', 'one-22'])).toBe(
      'echo "one-1 "; metadata one-1 urn:onevault:domain; echo "one-22 "; metadata one-22 urn:onevault:domain',
    );
  });

  it('is written so that it cannot become markup', () => {
    expect(ownershipXml(`a'<b`)).toBe(
      `<metadata><onevault:vm xmlns:onevault='urn:onevault:domain' installation='a&apos;&lt;b'/></metadata>`,
    );
  });

  it('is unknown, not denied, when libvirt does not answer', () => {
    const usual = 'error: metadata not found: Requested metadata element is not present\n';
    const gone = `error: failed to get domain 'one-4'\n`;
    const cut = 'ta not found: Requested metadata element is not present\n';
    expect(ownershipTrouble(`${cut}${usual}${gone}\n`)).toEqual([]);
    expect(ownershipTrouble(`${usual}error: failed to connect to the hypervisor\n`)).toEqual([
      'error: failed to connect to the hypervisor',
    ]);
  });
});
