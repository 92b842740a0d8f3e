// Findings as text. Pure.
import { DERIVED, type Finding } from './finding.ts';
import type { Records } from './records.ts';

/** What was looked at, each finding in a line, and what can be done about them. */
export function report(records: Records, findings: readonly Finding[], repaired: number): string {
  const counts: Array<[number, string]> = [
    [records.vms.size, 'virtual machines'],
    [records.images.size, 'images'],
    [records.templates.size, 'templates'],
    [records.datastores.size, 'datastores'],
    [records.hosts.size, 'hosts'],
    [records.clusters.size, 'clusters'],
    [records.vnets.size, 'networks'],
    [records.leases.length, 'leases'],
    [records.users.size, 'users'],
    [records.groups.size, 'groups'],
    [records.rules.size, 'rules'],
    [records.backupJobs.size, 'backup jobs'],
    [records.running.length, 'running operations'],
    [records.links.length, 'links'],
    [records.charges.length, 'charges'],
  ];
  const derived = findings.filter(({ subject }) => DERIVED.has(subject)).length;
  const lines = [
    `Looked at ${counts.map(([count, what]) => `${count} ${what}`).join(', ')}.`,
    ...findings.map(({ subject, text }) => `${subject.padEnd(9)}  ${text}`),
    ...(repaired > 0 ? [`Repaired ${repaired}.`] : []),
    findings.length === 0 ? 'Everything fits together.' : `${findings.length} found wrong.`,
    ...(derived > 0
      ? [`${derived} of them are repaired by onevault fsck --repair, while the daemon does not run.`]
      : []),
  ];
  return `${lines.join('\n')}\n`;
}
