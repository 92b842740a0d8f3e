// A machine without FUSE is told how to get it.
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { abortConnection, openDevice, setReadAhead } from './device.ts';

describe('openDevice', () => {
  it('says what to load when the device is missing', async () => {
    await expect(openDevice('/dev/no-such-fuse')).rejects.toMatchObject({
      message: expect.stringMatching(/^Cannot open \/dev\/no-such-fuse .*ENOENT/),
      hint: 'Load the kernel module: modprobe fuse',
    });
  });

  it('fails as clearly on anything else that cannot be opened for writing', async () => {
    await expect(openDevice(tmpdir())).rejects.toThrow(/EISDIR/);
  });
});

it('what is not there is neither tuned nor broken off', () => {
  setReadAhead('0:9999999', 4096);
  expect(abortConnection('0:9999999')).toBe(false);
});
