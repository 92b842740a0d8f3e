// Hosts over SSH: adding one, whose key is shown before it is trusted, and bringing the programs there.
import { existsSync, readFileSync } from 'node:fs';
import { fingerprint, readHostKeys, SSH, SSH_HOST_KEY } from '../model/ssh-host.ts';
import { formatTemplate } from '../wire/template-text.ts';
import { Failure } from './failure.ts';
import type { Family, Session } from './family.ts';
import { idOf, idsOf, NOUN } from './lookup.ts';

export interface SshGiven {
  cluster?: string;
  ssh?: string;
  hostKey?: string;
  yes?: boolean;
}

type Asking = Pick<Session, 'client' | 'io'>;

/** Adds a host that is reached over SSH. Nobody's key is trusted unless it was given, or its fingerprint was seen and agreed to. */
export async function createOverSsh(session: Asking, name: string, address: string, given: SshGiven): Promise<void> {
  const { client, io } = session;
  const asked = await client.text('host.sshkeys', given.hostKey === undefined ? address : '');
  const [own = '', ...shown] = asked.split('\n');
  const keys = given.hostKey === undefined ? shown : readHostKeys(keyText(given.hostKey));
  if (given.hostKey === undefined) await agree(session, address, keys, given.yes === true);
  const template = formatTemplate([
    [SSH, address],
    [SSH_HOST_KEY, keys.join(',')],
  ]);
  const cluster = given.cluster === undefined ? -1 : await idOf(client, NOUN.cluster, given.cluster);
  const id = await client.text('host.allocate', name, 'kvm', 'kvm', cluster, template);
  io.write(`The host has to let this key in (~/.ssh/authorized_keys of the user in ${address}):\n${own}\nID: ${id}\n`);
}

async function agree({ io }: Asking, address: string, keys: readonly string[], yes: boolean): Promise<void> {
  io.write(`${address} shows\n${keys.map((key) => `  ${fingerprint(key)}\n`).join('')}`);
  if (yes) return;
  const answer = await io.ask('Are these the keys of that host? (yes/no) ');
  if (answer === null) throw new Failure('Give the key with --host-key, or trust what is shown with --yes.');
  if (answer.trim().toLowerCase() !== 'yes') throw new Failure('No host was added.');
}

function keyText(given: string): string {
  return existsSync(given) ? readFileSync(given, 'utf8') : given;
}

export function addSync(family: Family): void {
  family.add(
    {
      usage: 'sync [hosts]',
      description: 'Bring the programs of this version to hosts over SSH; without hosts to all',
    },
    async ({ client, io }, args) => {
      const pool = await client.document('hostpool.info');
      const overSsh = pool.children('HOST').filter((host) => host.textOf(`TEMPLATE/${SSH}`) !== '');
      const ids =
        args[0] === undefined
          ? overSsh.map((host) => Number(host.textOf('ID')))
          : await idsOf(client, NOUN.host, args[0]);
      for (const id of ids) {
        const brought = await client.text('host.sync', id);
        io.write(`HOST ${id}: ${brought === '' ? 'all there' : brought}\n`);
      }
    },
  );
}

export function addSshKey(family: Family): void {
  family.add(
    { usage: 'ssh-key', description: 'Print the key that hosts over SSH have to let in' },
    async ({ client, io }) => io.write(`${(await client.text('host.sshkeys', '')).split('\n')[0]}\n`),
  );
}
