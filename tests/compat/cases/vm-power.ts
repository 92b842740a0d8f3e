// one.vm.action, deploy, migrate and recover; the figures of VMs and hosts.
import { bad, good, makes, ref, type Case, type Until } from '../case.ts';

const vm = (method: string): string => `one.vm.${method}`;
const ANN = { as: 'ann' };
const VM = 'CPU="0.05"\nMEMORY="16"\n';

const is = (state: number, lcm: number): { until: Until } => ({ until: { vm: 'subject', is: [state, lcm] } });
const RUNNING = is(3, 3);
const POWEROFF = is(8, 0);

/** An action that leads to a state. */
const to = (action: string, until: { until: Until }, from = ''): Case =>
  good(vm('action'), action + from, [action, ref('subject')], undefined, until);
const wrong = (action: string, state: string): Case =>
  bad(vm('action'), `${action}, in ${state}`, [action, ref('subject')], 'ACTION', new RegExp(`${state}.*${action}`));

const acting: readonly Case[] = [
  makes(vm('allocate'), 'on hold', [`NAME="subject"\n${VM}`, true], 'subject'),
  wrong('hold', 'HOLD'),
  wrong('resume', 'HOLD'),
  wrong('poweroff', 'HOLD'),
  to('release', RUNNING),
  wrong('release', 'RUNNING'),
  wrong('resume', 'RUNNING'),
  to('reboot', RUNNING),
  to('reboot-hard', RUNNING),
  to('suspend', is(5, 0)),
  wrong('suspend', 'SUSPENDED'),
  to('resume', RUNNING, ', in SUSPENDED'),
  to('stop', is(4, 0)),
  to('resume', RUNNING, ', in STOPPED'),
  to('poweroff', POWEROFF),
  wrong('reboot', 'POWEROFF'),
  to('resume', RUNNING, ', in POWEROFF'),
  to('poweroff-hard', POWEROFF),
  to('undeploy', is(9, 0)),
  wrong('undeploy', 'UNDEPLOYED'),
  to('resume', RUNNING, ', in UNDEPLOYED'),
  to('undeploy-hard', is(9, 0)),
  good(vm('deploy'), 'an undeployed VM', [ref('subject'), ref('host')], undefined, RUNNING),
  bad(vm('action'), 'no action', ['', ref('subject')], 'ACTION'),
  bad(vm('action'), 'an action that is not known', ['dance', ref('subject')], 'ACTION', /dance/),
  bad(vm('action'), 'an action in capitals', ['REBOOT', ref('subject')], 'ACTION', /REBOOT/),
  bad(vm('action'), 'an action with a method of its own', ['backup', ref('subject')], 'ACTION', /backup/),
  bad(vm('action'), 'none', ['resume', 4711], 'NO_EXISTS', /virtual machine \[4711\]/),
  bad(vm('action'), 'a negative id', ['resume', -1], 'NO_EXISTS', /virtual machine \[-1\]/),
  bad(vm('action'), 'not for others', ['reboot', ref('subject')], 'AUTHORIZATION', /MANAGE VM/, ANN),
  { ...good(vm('action'), 'the id first', [ref('subject'), 'reboot']), expected: { fault: -501 } },
  to('resched', RUNNING),
  to('unresched', RUNNING),
];

const placing: readonly Case[] = [
  makes('one.host.allocate', 'a second one', ['second', 'fake', 'fake', -1], 'second host', {
    until: { host: 'second host', is: 2 },
  }),
  makes(vm('allocate'), 'the VM "placed"', [`NAME="placed"\n${VM}`, true], 'placed'),
  bad(vm('deploy'), 'nowhere', [ref('placed'), 4711, false, -1, ''], 'NO_EXISTS', /host \[4711\]/),
  bad(
    vm('deploy'),
    'in no datastore',
    [ref('placed'), ref('host'), false, 4711, ''],
    'NO_EXISTS',
    /datastore \[4711\]/,
  ),
  bad(vm('deploy'), 'none', [4711, ref('host'), false, -1], 'NO_EXISTS', /virtual machine \[4711\]/),
  bad(vm('deploy'), 'not for others', [ref('placed'), ref('host')], 'AUTHORIZATION', /ADMIN VM/, ANN),
  good(vm('deploy'), 'everything', [ref('placed'), ref('host'), true, 0, ''], undefined, {
    until: { vm: 'placed', is: [3, 3] },
  }),
  bad(vm('deploy'), 'a running VM', [ref('placed'), ref('host')], 'ACTION', /RUNNING/),
  good(vm('migrate'), 'by saving it', [ref('placed'), ref('second host'), false], undefined, {
    until: { vm: 'placed', is: [3, 3] },
  }),
  good(vm('info'), 'on the other host', [ref('placed')], {
    document: 'VM',
    has: { 'HISTORY_RECORDS/HISTORY/HOSTNAME': 'second' },
  }),
  good(vm('migrate'), 'back, everything', [ref('placed'), ref('host'), false, true, -1, 2], undefined, {
    until: { vm: 'placed', is: [3, 3] },
  }),
  bad(vm('migrate'), 'where it is', [ref('placed'), ref('host'), false], 'ACTION'),
  bad(vm('migrate'), 'nowhere', [ref('placed'), 4711, false], 'NO_EXISTS', /host \[4711\]/),
  bad(
    vm('migrate'),
    'in a way that is not known',
    [ref('placed'), ref('second host'), false, false, -1, 3],
    'XML_RPC_API',
    /3/,
  ),
  bad(vm('migrate'), 'none', [4711, ref('host'), false], 'NO_EXISTS'),
  bad(vm('migrate'), 'not for others', [ref('placed'), ref('host'), false], 'AUTHORIZATION', /ADMIN VM/, ANN),
];

const recovering: readonly Case[] = [
  bad(vm('recover'), 'failure of what goes well', [ref('placed'), 0], 'ACTION', /RUNNING/),
  bad(vm('recover'), 'success of what goes well', [ref('placed'), 1], 'ACTION', /RUNNING/),
  bad(vm('recover'), 'what has not failed, again', [ref('placed'), 2], 'ACTION', /RUNNING/),
  bad(vm('recover'), 'a way that is not known', [ref('placed'), 6], 'XML_RPC_API', /6/),
  bad(vm('recover'), 'a negative way', [ref('placed'), -1], 'XML_RPC_API', /-1/),
  bad(vm('recover'), 'none', [4711, 3], 'NO_EXISTS'),
  bad(vm('recover'), 'not for others', [ref('placed'), 3], 'AUTHORIZATION', /ADMIN VM/, ANN),
  good(vm('recover'), 'from anew', [ref('placed'), 4], undefined, { until: { vm: 'placed', is: [3, 3] } }),
  good(vm('recover'), 'delete', [ref('placed'), 3], undefined, { until: { vm: 'placed', is: [6, 0] } }),
  bad(vm('recover'), 'one that has ended', [ref('placed'), 5], 'ACTION', /DONE/),
  makes(vm('allocate'), 'the VM "row"', [`NAME="row"\n${VM}`, true], 'row'),
  good(vm('recover'), 'delete the record alone', [ref('row'), 5], undefined, { until: { vm: 'row', is: [6, 0] } }),
];

const looking: readonly Case[] = [
  good(vm('monitoring'), 'a VM', [ref('subject')], { document: 'MONITORING_DATA' }),
  bad(vm('monitoring'), 'none', [4711], 'NO_EXISTS'),
  bad(vm('monitoring'), 'not for others', [ref('subject')], 'AUTHORIZATION', /USE VM/, ANN),
  good('one.vmpool.monitoring', 'all', [-2], { document: 'MONITORING_DATA' }),
  good('one.vmpool.monitoring', 'the newest', [-2, 0], { document: 'MONITORING_DATA' }),
  good('one.vmpool.monitoring', 'of the last minute', [-3, 60], { document: 'MONITORING_DATA' }, ANN),
  bad('one.vmpool.monitoring', 'a flag that is not known', [-5, -1], 'XML_RPC_API', /filter_flag/),
  good('one.host.monitoring', 'a host', [ref('host')], { document: 'MONITORING_DATA' }),
  bad('one.host.monitoring', 'none', [4711], 'NO_EXISTS', /host/),
  bad('one.host.monitoring', 'not for others', [ref('host')], 'AUTHORIZATION', /USE HOST/, ANN),
  good('one.hostpool.monitoring', 'all', [], { document: 'MONITORING_DATA' }),
  good('one.hostpool.monitoring', 'the newest', [0], { document: 'MONITORING_DATA' }),
  bad('one.hostpool.monitoring', 'a session of nobody', [], 'AUTHENTICATION', /./, { as: 'nobody-looks:x' }),
];

const ending: readonly Case[] = [
  to('terminate', is(6, 0)),
  wrong('resume', 'DONE'),
  wrong('terminate-hard', 'DONE'),
  good(vm('info'), 'one that has ended', [ref('subject')], {
    document: 'VM',
    has: { STATE: '6', 'HISTORY_RECORDS/HISTORY/ACTION': '27' },
  }),
  makes(vm('allocate'), 'the VM "short"', [`NAME="short"\n${VM}`, true], 'short'),
  good(vm('action'), 'terminate-hard, in HOLD', ['terminate-hard', ref('short')], undefined, {
    until: { vm: 'short', is: [6, 0] },
  }),
  bad(vm('updateconf'), 'one that has ended', [ref('short'), 'OS=[ BOOT="" ]', 0], 'INTERNAL', /DONE/),
  good('one.host.delete', 'the second', [ref('second host')]),
];

export const vmPowerCases: readonly Case[] = [...acting, ...placing, ...recovering, ...looking, ...ending];
