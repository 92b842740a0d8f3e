// The libvirt driver keeps the part of the contract that is of trackers.
import { libvirtContract } from './libvirt-bench.ts';

await libvirtContract('tracking', 90250);
