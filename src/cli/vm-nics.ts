// onevm subcommands on the network cards, security groups and PCI devices of a VM.
import { argument, done, type Family, type Session } from './family.ts';
import { Failure } from './failure.ts';
import { partId } from './ids.ts';
import { changedTemplate, readTemplateFile, requiredTemplate, vectorText } from './input.ts';
import { idOf, NOUN } from './lookup.ts';

export function addNics(family: Family): void {
  addAttach(family);
  addPart(family, 'nic-detach', 'nic', 'detachnic', 'Detach a NIC');
  addUpdate(family);
  addSecurityGroup(family, 'sg-attach', 'attachsg', 'Put a NIC into a security group');
  addSecurityGroup(family, 'sg-detach', 'detachsg', 'Take a NIC out of a security group');
  addPciAttach(family);
  addPart(family, 'pci-detach', 'pci', 'detachpci', 'Detach a PCI device');
}

interface AttachOptions {
  file?: string;
  network?: string;
  ip?: string;
}

function addAttach(family: Family): void {
  const options = [
    ['-f, --file <file>', 'template with the NIC; stdin without -f and -n'],
    ['-n, --network <network>', 'virtual network, by id or name'],
    ['-i, --ip <address>', 'address in it'],
  ] as const;
  family.add<AttachOptions>(
    { usage: 'nic-attach <vm>', description: 'Attach a NIC', options },
    async (session, args, given) => {
      const id = await idOf(session.client, NOUN.vm, argument(args, 0));
      await session.client.call('vm.attachnic', id, await nicText(session, given));
      done(session, NOUN.vm, id, 'NIC attached');
    },
  );
}

async function nicText({ client, io }: Session, given: AttachOptions): Promise<string> {
  if (given.network === undefined) {
    return given.file === undefined ? requiredTemplate(io, undefined, 2) : readTemplateFile(given.file, 2);
  }
  if (given.file !== undefined) throw new Failure('Give the NIC either as a file or as a network, not both ways.');
  const network = await idOf(client, NOUN.vnet, given.network);
  return vectorText('NIC', [
    ['NETWORK_ID', String(network)],
    ['IP', given.ip],
  ]);
}

/** A subcommand that takes one part of a VM away. */
function addPart(family: Family, name: string, part: string, verb: string, description: string): void {
  family.add({ usage: `${name} <vm> <${part}>`, description }, async (session, args) => {
    const number = partId(part, argument(args, 1));
    const id = await idOf(session.client, NOUN.vm, argument(args, 0));
    await session.client.call(`vm.${verb}`, id, number);
    done(session, NOUN.vm, id, `${part} ${number} detached`);
  });
}

function addUpdate(family: Family): void {
  family.add<{ append?: boolean }>(
    {
      usage: 'nic-update <vm> <nic> [file]',
      description: 'Change the attributes of a NIC',
      options: [['-a, --append', 'keep what the text does not mention']],
    },
    async (session, args, given) => {
      const nic = partId('nic', argument(args, 1));
      const id = await idOf(session.client, NOUN.vm, argument(args, 0));
      const text = await changedTemplate(session.io, args[2], 3, async () => '');
      await session.client.call('vm.updatenic', id, nic, text, given.append ? 1 : 0);
      done(session, NOUN.vm, id, `NIC ${nic} changed`);
    },
  );
}

function addSecurityGroup(family: Family, name: string, verb: string, description: string): void {
  family.add({ usage: `${name} <vm> <nic> <security_group>`, description }, async (session, args) => {
    const [nic, group] = [partId('nic', argument(args, 1)), partId('security group', argument(args, 2))];
    const id = await idOf(session.client, NOUN.vm, argument(args, 0));
    await session.client.call(`vm.${verb}`, id, nic, group);
    done(session, NOUN.vm, id, description.toLowerCase());
  });
}

function addPciAttach(family: Family): void {
  const options = [['-f, --file <file>', 'template with the PCI device; stdin without it']] as const;
  family.add<{ file?: string }>(
    { usage: 'pci-attach <vm>', description: 'Attach a PCI device', options },
    async (session, args, given) => {
      const id = await idOf(session.client, NOUN.vm, argument(args, 0));
      await session.client.call('vm.attachpci', id, await requiredTemplate(session.io, given.file, 2));
      done(session, NOUN.vm, id, 'PCI device attached');
    },
  );
}
