// A cloud whose hosts are reached over SSH, each with a system datastore of its own; nothing is placed on this machine itself.
import { GuestConsole } from '../guest/console.ts';
import { Cloud } from './cloud.ts';
import { TestHost } from './ssh-host.ts';

export interface FarHost {
  id: number;
  name: string;
  host: TestHost;
}

export class SshCloud {
  readonly cloud: Cloud;
  readonly hosts: FarHost[];

  private constructor(cloud: Cloud, hosts: FarHost[]) {
    this.cloud = cloud;
    this.hosts = hosts;
  }

  /** One host for each number, at 127.0.0.<number>. */
  static async open(firstVmId: number, numbers: readonly number[]): Promise<SshCloud> {
    const cloud = await Cloud.open(firstVmId);
    const hosts: FarHost[] = [];
    const made = new SshCloud(cloud, hosts);
    try {
      await made.#begin(numbers);
    } catch (error) {
      await made.close();
      throw error;
    }
    return made;
  }

  async #begin(numbers: readonly number[]): Promise<void> {
    const { cloud, hosts } = this;
    await cloud.call('one.datastore.enable', 0, false);
    const own = 'NAME="own"\nTYPE="SYSTEM_DS"\nTM_MAD="ssh"';
    const system = Number(await cloud.call('one.datastore.allocate', own, -1));
    await cloud.call('one.host.status', 0, 1);
    const [key = ''] = (await cloud.call('one.host.sshkeys', '')).split('\n');
    for (const number of numbers) {
      const host = await TestHost.open({
        directory: `${cloud.directory}/host-${number}`,
        address: `127.0.0.${number}`,
        system: `${cloud.directory}/datastores/${system}`,
      });
      const name = `kvm${number}`;
      const far = { id: -1, name, host };
      hosts.push(far);
      await host.letIn(key);
      far.id = Number(await cloud.call('one.host.allocate', name, 'kvm', 'kvm', -1, await host.template()));
    }
    for (const { id } of hosts) await this.connected(id);
  }

  /** Waits until a host is monitored over a connection other than `before`. Returns what is told of that. */
  async connected(id: number, before = ''): Promise<string> {
    let told = '';
    await this.cloud.until(`host ${id} is monitored`, async () => {
      const now = await this.cloud.info('host', id);
      told = now.textOf('TEMPLATE/SSH_CONNECTION');
      return now.textOf('STATE') === '2' && told.startsWith('up ') && told !== before;
    });
    return told;
  }

  /** A running VM on a host, from an image of the test guest's root. */
  async vm(on: FarHost, extra = ''): Promise<number> {
    const { cloud } = this;
    const { rootImage, kernel, initrd, kernelCommand } = cloud.guest;
    const image = await cloud.image('root', { path: rootImage, format: 'raw', persistent: false });
    const os = `OS=[ KERNEL="${kernel}", INITRD="${initrd}", KERNEL_CMD="${kernelCommand}" ]`;
    const template = `CPU="1"\nMEMORY="128"\nDISK=[ IMAGE_ID="${image}" ]\n${os}\n${extra}`;
    const id = Number(await cloud.call('one.vm.allocate', template, true));
    await cloud.call('one.vm.deploy', id, on.id, false, -1, '');
    await cloud.vmIs(id, '3', '3');
    return id;
  }

  /** Runs a command in a guest. */
  async inGuest({ host }: FarHost, vmId: number, command: string): Promise<string> {
    const pty = (await host.virsh('ttyconsole', `one-${vmId}`)).trim();
    const console = new GuestConsole(pty, host.system(`${vmId}/console.log`));
    try {
      await console.ready();
      return await console.run(command);
    } finally {
      await console.close();
    }
  }

  async close(): Promise<void> {
    for (const { host } of this.hosts) await host.close();
    await this.cloud.close();
  }
}
