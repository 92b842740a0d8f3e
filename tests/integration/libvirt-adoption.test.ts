// The libvirt driver keeps the part of the contract that is of domains that somebody else made.
import { libvirtContract } from './libvirt-bench.ts';

await libvirtContract('adoption', 90240);
