// What a node may still write when others take it for dead: nothing, also not what it has begun.
import { pino } from 'pino';
import { afterAll, expect, it } from 'vitest';
import { openNode } from '../../src/nodes/open.ts';
import { postgresPrograms, PostgresServer } from './postgres-server.ts';

const programs = await postgresPrograms();
const server = programs === undefined ? undefined : await PostgresServer.open(programs);
afterAll(() => server?.close());

const log = pino({ level: 'silent' });
const nothing = { takeUp: () => Promise.resolve(), isBusy: () => false };

it.runIf(server)(
  'a node whose lease is over writes nothing, and what it had is free',
  { timeout: 240_000 },
  async () => {
    const url = await server!.database();
    const database = new URL(url).pathname.slice(1);
    const place = { database: '', postgres: { url, connections: 4 }, shared: true };
    const named = (name: string) => ({
      about: () => ({ name, url: '', version: '0.1.0' }),
      log,
      fenced: () => undefined,
    });
    const ant = await openNode(place, named('ant'));
    const bee = await openNode(place, named('bee'));
    await ant.duties.begin(nothing);
    await ant.store.settings.write('by', 'ant');
    const isOver = async (): Promise<void> => {
      await server!.sql(`update node set lease_until = 0 where id = '${ant.duties.nodeId}'`, database);
    };

    // one that stands still in a transaction: the lease ends under it
    const late = ant.store.transaction(async (tx) => {
      await isOver();
      const gained = new Promise<void>((resolve) => void bee.duties.onChange(() => resolve()));
      await bee.duties.begin(nothing);
      if (!bee.duties.owns('main')) await gained;
      await tx.settings.write('by', 'ant, too late');
    });
    await expect(late).rejects.toThrow();
    expect(bee.duties.owns('main')).toBe(true);
    await expect(ant.store.settings.write('by', 'ant, much too late')).rejects.toThrow('lease of this control node');
    expect(ant.duties.lost.aborted).toBe(true);
    expect(ant.duties.owns('main')).toBe(false);
    expect(await bee.store.settings.read('by')).toBe('ant');
    expect((await bee.duties.nodes()).map(({ name }) => name)).toEqual(['bee']);

    await ant.duties.end();
    await ant.store.close();
    await bee.duties.end();
    await bee.store.close();
    expect(await server!.sql('select * from claim', database)).toEqual([]);
  },
);
