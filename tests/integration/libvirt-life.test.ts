// The libvirt driver keeps the part of the contract that is of a machine's life.
import { libvirtContract } from './libvirt-bench.ts';

await libvirtContract('life', 90230);
