import { describe, expect, it } from 'vitest';
import { ownershipXml, readOwnership, UNOWNED } from './ownership.ts';
import { complaintsBut } from './virsh.ts';

describe('whose a domain is', () => {
  it('is read from what virsh prints, and nobody else is taken for its owner', () => {
    expect(readOwnership('<vm installation="aa"/>\n')).toBe('aa');
    expect(readOwnership(`\n<vm xmlns="x" installation='bb'/>`)).toBe('bb');
    expect(readOwnership('<vm name="x"/>')).toBeUndefined();
    expect(readOwnership('<note><vm installation="aa"/></note>')).toBeUndefined();
    expect(readOwnership('')).toBeUndefined();
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
    expect(complaintsBut(UNOWNED, `${cut}${usual}${gone}\n`)).toEqual([]);
    expect(complaintsBut(UNOWNED, `${usual}error: failed to connect to the hypervisor\n`)).toEqual([
      'error: failed to connect to the hypervisor',
    ]);
  });
});
