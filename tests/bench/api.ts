// The API bench: one daemon with 10,000 VMs, 20,000 images and 1,000 users in SQLite, asked over HTTP as clients do.
// `npm run bench:api [-- ROUNDS]`. Every kind of answer takes turns with the same bytes sent by a bare HTTP server.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent, request } from 'node:http';
import { rm } from 'node:fs/promises';
import { formatCall, type Value } from '../../src/wire/xmlrpc.ts';
import { openFullDaemon, SIZES, type FullDaemon } from './full-daemon.ts';
import { machine } from './measure.ts';
import { median, table } from './report.ts';

const rounds = Number(process.argv[2] ?? 7);
const INFOS = 2000;
const CLIENTS = 32;
const MIXED_SEC = 10;

/** One kept-alive connection each, as clients have. */
const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });

function post(url: string, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { method: 'POST', agent, headers: { 'content-type': 'text/xml' } }, (reply) => {
      const pieces: Buffer[] = [];
      reply.on('data', (piece: Buffer) => pieces.push(piece));
      reply.on('end', () => resolve(Buffer.concat(pieces).toString('utf8')));
      reply.on('error', reject);
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

class Client {
  readonly #daemon: FullDaemon;

  constructor(daemon: FullDaemon) {
    this.#daemon = daemon;
  }

  /** The reply's text; one that is no success throws. */
  async raw(method: string, ...params: Value[]): Promise<string> {
    const text = await post(this.#daemon.endpoint, formatCall(method, [this.#daemon.session, ...params]));
    // the head is enough to tell, and does not cost what parsing megabytes would
    if (text.slice(0, 400).includes('<boolean>1</boolean>')) return text;
    throw new Error(`${method}: ${text.slice(0, 600)}`);
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

/** Sends one body again and again: what the transport alone costs. */
async function bareServer(body: string): Promise<{ server: Server; url: string }> {
  const bytes = Buffer.from(body);
  const server = createServer((asked, reply) => {
    asked.resume();
    asked.on('end', () =>
      reply.writeHead(200, { 'content-type': 'text/xml', 'content-length': bytes.length }).end(bytes),
    );
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

interface Listed {
  name: string;
  objects: number;
  mib: number;
  oursMs: number;
  bareMs: number;
}

async function list(
  client: Client,
  name: string,
  element: string,
  method: string,
  ...params: Value[]
): Promise<Listed> {
  const body = await client.raw(method, ...params);
  const objects = body.split(`&lt;${element}&gt;`).length - 1;
  const { server, url } = await bareServer(body);
  const ours: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const turns = [
      async () => void ours.push(await timed(() => client.raw(method, ...params))),
      async () => void bare.push(await timed(() => post(url, ''))),
    ];
    for (const turn of round % 2 === 0 ? turns : turns.toReversed()) await turn();
  }
  server.close();
  return { name, objects, mib: Buffer.byteLength(body) / 2 ** 20, oursMs: median(ours), bareMs: median(bare) };
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** A number that goes through 0..below-1 in an order that is the same in every run. */
function scattered(step: number, below: number): number {
  return (step * 7919 + 13) % below;
}

async function infos(client: Client): Promise<number[]> {
  const times: number[] = [];
  for (let step = 0; step < INFOS; step++) {
    times.push(await timed(() => client.raw('one.vm.info', scattered(step, SIZES.vms), false)));
  }
  return times;
}

/** What clients ask for, by turns: mostly one object, sometimes a page, sometimes a change. */
async function mixedStep(client: Client, step: number): Promise<void> {
  const vm = scattered(step, SIZES.vms);
  const kind = step % 20;
  if (kind < 12) await client.raw('one.vm.info', vm, false);
  else if (kind < 15) await client.raw('one.image.info', scattered(step, SIZES.images), false);
  else if (kind < 16) await client.raw('one.user.info', 2 + scattered(step, SIZES.users), false);
  else if (kind < 18) await client.raw('one.vmpool.info', -2, step % 5000, -24, -1);
  else await client.raw('one.vm.update', vm, `NOTE="${step}"`, 1);
}

async function mixed(client: Client): Promise<number> {
  const until = performance.now() + MIXED_SEC * 1000;
  let calls = 0;
  const one = async (): Promise<void> => {
    while (performance.now() < until) await mixedStep(client, calls++);
  };
  const from = performance.now();
  await Promise.all(Array.from({ length: CLIENTS }, one));
  return calls / ((performance.now() - from) / 1000);
}

const daemon = await openFullDaemon();
try {
  const { cpu, cpus, memoryMb, kernel, node } = machine();
  console.log(`${cpu}, ${cpus} CPUs, ${memoryMb} MB, Linux ${kernel}, Node ${node}`);
  console.log(`${SIZES.vms} VMs, ${SIZES.images} images, ${SIZES.users} users; ${rounds} rounds by turns, medians.\n`);
  const client = new Client(daemon);
  const lists = [
    await list(client, 'one.vmpool.info, all', 'VM', 'one.vmpool.info', -2, -1, -1, -2),
    await list(client, 'one.vmpool.infoextended, all', 'VM', 'one.vmpool.infoextended', -2, -1, -1, -2),
    await list(client, 'one.imagepool.info, all', 'IMAGE', 'one.imagepool.info', -2, -1, -1),
    await list(client, 'one.userpool.info, all', 'USER', 'one.userpool.info'),
    await list(client, 'one.vmpool.info, a page of 24', 'VM', 'one.vmpool.info', -2, 0, -24, -2),
  ];
  const rows = lists.map(({ name, objects, mib, oursMs, bareMs }) => [
    name,
    String(objects),
    mib.toFixed(1),
    oursMs.toFixed(1),
    bareMs.toFixed(1),
    (oursMs / bareMs).toFixed(1),
  ]);
  console.log(table([['list', 'objects', 'MiB', 'ms', 'bare ms', 'x'], ...rows]));
  const times = await infos(client);
  const perSec = await mixed(client);
  const peakMib = daemon.peakRssBytes() / 2 ** 20;
  console.log(
    `\n${table([
      ['one object after another', 'ms'],
      ['one.vm.info, median', median(times).toFixed(2)],
      ['one.vm.info, 99th percentile', percentile(times, 0.99).toFixed(2)],
    ])}`,
  );
  console.log(`\n${CLIENTS} clients at once, mixed: ${perSec.toFixed(0)} calls a second`);
  console.log(`peak memory of the daemon: ${peakMib.toFixed(0)} MiB\n`);
  const all = lists[0];
  console.log(
    JSON.stringify({
      bench: 'api',
      list_10k_ms: Math.round(all?.oursMs ?? NaN),
      list_10k_over_bare: Number(((all?.oursMs ?? NaN) / (all?.bareMs ?? NaN)).toFixed(2)),
      info_p50_ms: Number(median(times).toFixed(2)),
      info_p99_ms: Number(percentile(times, 0.99).toFixed(2)),
      mixed_per_s: Math.round(perSec),
      daemon_peak_mib: Math.round(peakMib),
    }),
  );
} finally {
  agent.destroy();
  await daemon.close();
  await rm(daemon.directory, { recursive: true, force: true });
}
