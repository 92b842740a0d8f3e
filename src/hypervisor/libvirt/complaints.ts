// What libvirt means by some of its complaints, and what helps. Pure.

const KNOWN: Array<[RegExp, (name: string) => string]> = [
  [
    /Cannot get interface MTU on '([^']*)': No such device/,
    (bridge) =>
      `This host has no bridge "${bridge}": create it (ip link add ${bridge} type bridge; ip link set ${bridge} up), or correct the BRIDGE of the NIC or its network.`,
  ],
  [
    /no network with matching name '([^']*)'/,
    (network) => `libvirt has no network "${network}" on this host: correct the NIC, or define it (virsh net-define).`,
  ],
  [
    /network '([^']*)' is not active/,
    (network) => `Start the network of libvirt's: virsh net-start ${network} (and net-autostart).`,
  ],
];

/** A sentence for the user; empty when there is nothing to add. */
export function hintFor(complaint: string): string {
  for (const [pattern, hint] of KNOWN) {
    const name = pattern.exec(complaint)?.[1];
    if (name !== undefined) return hint(name);
  }
  return '';
}
