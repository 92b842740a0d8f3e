import { describe, expect, it } from 'vitest';
import { readResticConfig } from './config.ts';
import { busyReader, thriftyBackup, thriftyReader } from './thrift.ts';

const read = (attributes: Record<string, string> = {}) =>
  readResticConfig({
    driver: 'restic',
    datastoreId: 100,
    basePath: '/srv/vault',
    attributes: { RESTIC_PASSWORD: 'secret', ...attributes },
  });

describe('restic with little memory', () => {
  it('collects its garbage sooner, and changes nothing else of a read', () => {
    const usual = read({ RESTIC_MAXPROC: '3' });
    expect(thriftyReader(usual)).toEqual({ ...usual, env: { ...usual.env, GOGC: '25' } });
  });

  it('unpacks out of a directory with four hands, unless another number is asked for', () => {
    const usual = read();
    expect(busyReader(usual)).toEqual({ ...thriftyReader(usual), options: ['-o', 'local.connections=4'] });
    const asked = read({ RESTIC_CONNECTIONS: '3' });
    expect(busyReader(asked)).toEqual(thriftyReader(asked));
    const elsewhere = { ...usual, transport: { ...usual.transport, local: undefined } };
    expect(busyReader(elsewhere)).toEqual(thriftyReader(elsewhere));
  });

  it('makes one thing at a time in a backup, its password kept', async () => {
    const { env } = await thriftyBackup(read({ RESTIC_MAXPROC: '3' }));
    expect(env).toMatchObject({ RESTIC_PASSWORD: 'secret', GOGC: '25', GOMAXPROCS: '1' });
  });

  it('keeps temporary files out of memory when there may be many', async () => {
    expect((await thriftyBackup(read({ RESTIC_CONNECTIONS: '8' }))).env).not.toHaveProperty('TMPDIR');
  });
});
