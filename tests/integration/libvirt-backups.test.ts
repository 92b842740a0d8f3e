// The libvirt driver keeps the part of the contract that is of backups.
import { libvirtContract } from './libvirt-bench.ts';

await libvirtContract('backups', 90220);
