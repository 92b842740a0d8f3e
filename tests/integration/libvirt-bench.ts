// The libvirt driver and its real guests as the contract wants them. Each file that keeps a part of the contract has numbers of its
// own for its domains, one-9xxxx; nothing else on the host is touched.
import { rm } from 'node:fs/promises';
import { describe } from 'vitest';
import { run } from '../../src/exec/exec.ts';
import { hypervisorContract, type ContractPart } from '../../src/hypervisor/contract.ts';
import { LibvirtHypervisor } from '../../src/hypervisor/libvirt/index.ts';
import { URI } from '../guest/domains.ts';
import {
  dataDisk,
  domainDisk,
  isolatedNetwork,
  libvirtMachine,
  plantDomain,
  publicDirectory,
} from './libvirt-machine.ts';

/** Keeps a part of the contract, and `more` of it, with guests `firstVmId` and the next. Without libvirt it says so and is left out. */
export async function libvirtContract(part: ContractPart, firstVmId: number, ...more: ContractPart[]): Promise<void> {
  const available = await run(['virsh', '-c', URI, 'version']).then(
    () => true,
    () => false,
  );
  if (!available) process.stdout.write(`Left out: the libvirt tests, because ${URI} does not answer.\n`);
  const installation = `test-libvirt-${part}`;
  const network = `ov${firstVmId}`;
  describe.runIf(available)('libvirt', () => {
    hypervisorContract(
      'libvirt',
      async () => {
        const directory = await publicDirectory();
        const snapshots = await publicDirectory(); // a console log has one writer
        const endNetwork = await isolatedNetwork(network);
        const qcow2 = await libvirtMachine(snapshots, firstVmId + 1, { format: 'qcow2', agent: false });
        const agent = part === 'backups' || part === 'adoption'; // the others never ask it, and each boot would wait for it
        const spare = await dataDisk(directory, 3, 'vdd', 8);
        return {
          config: { driver: 'libvirt', uri: URI, installation },
          hypervisor: new LibvirtHypervisor(URI, installation),
          agent,
          counts: true,
          machine: await libvirtMachine(directory, firstVmId, { agent }),
          snapshots: qcow2,
          tracked: qcow2,
          spare: domainDisk(3, spare.target, spare.path),
          nic: {
            nicId: 0,
            mac: `02:00:00:09:02:${String(firstVmId % 100).padStart(2, '0')}`,
            kind: 'network',
            source: network,
            model: '',
            ip: '',
          },
          plant: (name) => plantDomain(directory, network, name),
          close: async () => {
            await endNetwork();
            for (const one of [directory, snapshots]) await rm(one, { recursive: true, force: true });
          },
        };
      },
      [part, ...more],
    );
  });
}
