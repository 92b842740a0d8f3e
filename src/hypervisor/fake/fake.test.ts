// The fake keeps the contract.
import { fakeBench } from '../../../tests/hypervisor/fake-bench.ts';
import { hypervisorContract } from '../contract.ts';

hypervisorContract('fake', fakeBench);
