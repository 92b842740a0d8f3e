// The libvirt driver keeps the parts of the contract that are of adopted domains and of drills.
import { libvirtContract } from './libvirt-bench.ts';

await libvirtContract('adoption', 90240, 'drills');
