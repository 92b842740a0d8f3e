// How a hypervisor is reached, and which of its domains are ours although others made them.

/**
 * A domain that OneVault did not make but treats as its own: never defined anew, never undefined. The uuid keeps a later domain of
 * that name from being taken for it.
 */
export interface Adopted {
  name: string;
  uuid: string;
}

/** How to reach the hypervisor; `uri` is libvirt's (qemu:///system) or, for the fake, its directory. */
export interface HypervisorConfig {
  driver: string;
  uri: string;
  /** Id of the OneVault whose domains are meant; one hypervisor may serve several. */
  installation: string;
  adopted?: Adopted[];
}
