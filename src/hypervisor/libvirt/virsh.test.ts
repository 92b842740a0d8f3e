import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readEvent } from './events.ts';
import { AdoptedDomains } from './adopted.ts';
import { readListing } from './listing.ts';
import { Virsh } from './virsh.ts';

describe('readListing', () => {
  const domain = (name: string, state: number): string =>
    `Domain: '${name}'\n  state.state=${state}\n  state.reason=0\n\n`;
  const uuid = (digit: number): string => `${String(digit).repeat(8)}-44d0-4ab5-bcc7-75d4befa687d`;

  it('joins states and uuids, whatever the names', () => {
    const names = ['one-1', '--help', "it's '", 'Domain: x', ' lead', 'trail ', uuid(9), '  state.state=1'];
    const states = names.map((name, index) => domain(name, index)).join('');
    const uuids = names.map((name, index) => `${uuid(index)} ${name}\n`).join('');
    const words = ['running', 'running', 'running', 'paused', 'running', 'shutoff', 'crashed', 'paused'];
    expect(readListing(states + uuids)).toEqual(
      names.map((name, index) => ({ name, uuid: uuid(index), state: words[index] })),
    );
  });

  it('leaves out what came or went between the answers', () => {
    expect(readListing(`${domain('went', 1)}${uuid(1)} came\n`)).toEqual([]);
    expect(readListing('')).toEqual([]);
  });
});

describe('whose domains are seen', () => {
  const UUIDS = ['11111111-44d0-4ab5-bcc7-75d4befa687d', '22222222-44d0-4ab5-bcc7-75d4befa687d'];
  let directory: string;
  let virsh: Virsh;

  /** Domains one-0, one-1, ... of these installations; null says nothing. `trouble` is what virsh complains of instead. */
  async function libvirtHas(owners: Array<string | null>, trouble = ''): Promise<void> {
    const print = (lines: string[]): string => lines.map((line) => `echo "${line}"`).join('; ');
    const script = `#!/bin/sh
echo call >> ${directory}/calls
domstats() { ${print(owners.flatMap((_, index) => [`Domain: 'one-${index}'`, '  state.state=1', '']))}; }
list() { ${print(owners.map((_, index) => `${UUIDS[index]} one-${index}`))}; }
metadata() { case $2 in
  ${owners.flatMap((owner, index) => (owner === null ? [] : [`${UUIDS[index]}) echo "<vm installation='${owner}'/>";;`])).join('\n  ')}
  *) echo 'error: metadata not found: Requested metadata element is not present' >&2;;
esac; }
${trouble && `{ ${print(trouble.split('\n').map((line) => `error: ${line}`))}; } >&2; exit 1`}
eval "$(echo "$4" | sed -E 's/echo (\\|[^|]*\\|)/echo "\\1"/g')"
`;
    await writeFile(join(directory, 'virsh'), script, { mode: 0o755 });
  }
  /** The answer, and how often virsh was called for it. */
  async function seen(): Promise<[names: string[], calls: number]> {
    await rm(join(directory, 'calls'), { force: true });
    const names = [...(await virsh.states()).keys()];
    return [names, (await readFile(join(directory, 'calls'), 'utf8')).trim().split('\n').length];
  }

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'virsh-'));
    vi.stubEnv('PATH', `${directory}${delimiter}${process.env['PATH']}`);
    virsh = new Virsh('test:///', 'aa');
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(directory, { recursive: true, force: true });
  });

  it('is asked again with each list, in one call when they are known', async () => {
    await libvirtHas(['aa', 'aa']);
    expect([await seen(), await seen()]).toEqual([
      [['one-0', 'one-1'], 2],
      [['one-0', 'one-1'], 1],
    ]);
    await libvirtHas(['bb', null]);
    expect(await seen()).toEqual([[], 1]);
    expect(await virsh.foreign()).toEqual(['one-0', 'one-1']);
    await libvirtHas(['aa']);
    expect(await seen()).toEqual([['one-0'], 1]);
    await libvirtHas(['aa', 'aa']);
    expect(await seen()).toEqual([['one-0', 'one-1'], 2]);
  });

  it('is unknown, with the whole reason, when libvirt is not reached', async () => {
    await libvirtHas(['aa']);
    await seen();
    await libvirtHas(['aa'], 'failed to connect\nNo such file');
    await expect(virsh.states()).rejects.toThrow('could not list the domains: failed to connect No such file');
  });

  it('is unknown when the answer ends early', async () => {
    await writeFile(join(directory, 'virsh'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    const asked = virsh.ask('tell whose', ['metadata'], /usual/);
    await expect(asked).rejects.toThrow('could not tell whose: virsh ended before it had answered everything');
  });
});

describe('how a domain is named to virsh', () => {
  const uuid = 'D8FB2568-41D0-4298-892E-47D7D30C2880';

  it('is by its number in our names, and by uuid for an adopted one', () => {
    const adopted = new AdoptedDomains([{ name: '--help', uuid }]);
    adopted.add({ name: 'one-5', uuid });
    expect(adopted.argument('one-4')).toEqual(['--domain', 'one-4']);
    expect(adopted.argument('one-5')).toEqual(['--domain', uuid.toLowerCase()]);
    expect(adopted.argument('--help')).toEqual(['--domain', uuid.toLowerCase()]);
    adopted.delete('--help');
    for (const name of ['--help', '-1', '7', uuid, 'one-5 '])
      expect(() => adopted.argument(name)).toThrow('none of this');
  });

  it('counts only with the uuid that was adopted', () => {
    const adopted = new AdoptedDomains([{ name: 'web', uuid }]);
    expect(adopted.includes({ name: 'web', uuid: uuid.toLowerCase() })).toBe(true);
    expect(adopted.includes({ name: 'web', uuid: uuid.replace('D', 'E') })).toBe(false);
    expect(adopted.includes({ name: 'other', uuid })).toBe(false);
  });
});

describe('readEvent', () => {
  const at = '2026-01-02 07:01:39.999+0000: ';

  it('reads lifecycle events', () => {
    const line = `${at}event 'lifecycle' for domain 'one-9': Stopped Shutdown`;
    expect(readEvent(line)).toEqual({ domain: 'one-9', event: 'Stopped Shutdown' });
    expect(readEvent(`${at}event 'lifecycle' for domain one-9: Started Booted`)?.event).toBe('Started Booted');
  });

  it('is not misled by a name', () => {
    const name = "one-9': Stopped Shutdown";
    expect(readEvent(`${at}event 'lifecycle' for domain '${name}': Started Booted`)).toEqual({
      domain: name,
      event: 'Started Booted',
    });
  });

  it.each([
    `${at}event 'agent-lifecycle' for domain 'one-9': state: 'connected' reason: 'channel event'`,
    'events received: 3',
    '',
  ])('passes over %j', (line) => {
    expect(readEvent(line)).toBeNull();
  });
});
