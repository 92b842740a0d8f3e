// JOB_SELECTION: which VMs a backup job would back up now. OpenNebula has no such document.
import type { ChosenVm, JobSelection } from '../../model/job-selection.ts';
import { branch, cdataLeaf, leaf } from '../xml-write.ts';

export function jobSelectionXml({ total, sizeMb, vms, gone, elsewhere, refused }: JobSelection): string {
  return branch(
    'JOB_SELECTION',
    leaf('TOTAL', total),
    leaf('SIZE_MB', sizeMb),
    ...vms.map(vmXml),
    branch('GONE', ...gone.map((id) => leaf('ID', id))),
    ...elsewhere.map(({ vmId, name, jobId }) =>
      branch('ELSEWHERE', leaf('ID', vmId), cdataLeaf('NAME', name), leaf('JOB_ID', jobId)),
    ),
    ...refused.map(({ vmId, name, reason }) =>
      branch('REFUSED', leaf('ID', vmId), cdataLeaf('NAME', name), cdataLeaf('REASON', reason)),
    ),
  );
}

function vmXml({ vm, how, sizeMb }: ChosenVm): string {
  return branch(
    'VM',
    leaf('ID', vm.id),
    cdataLeaf('NAME', vm.name),
    leaf('UNAME', vm.uname),
    leaf('GNAME', vm.gname),
    leaf('STATE', vm.state),
    leaf('LCM_STATE', vm.lcmState),
    leaf('HOW', how),
    leaf('SIZE', sizeMb),
  );
}
