import { expect, it } from 'vitest';
import { notice } from '../../tests/notices/samples.ts';
import { headline, mailText } from './mail-text.ts';
import { testNotice, withNames } from './notice.ts';

const named = (change: Parameters<typeof notice>[0] = {}): ReturnType<typeof notice> =>
  withNames(notice(change), { vm: 'web', datastore: 'far', image: 'web-1' });

it('one run is the subject', () => {
  const figures = { processedBytes: 3 * 2 ** 20, storedBytes: 2 ** 19, scratchBytes: 0, peakRssBytes: 0 };
  const { subject, text } = mailText([named({ figures, recorded: { imageId: 7, pointId: 2 } })], 'kvm1');
  expect(subject).toBe('[OneVault kvm1] Backup of VM 3 (web) failed');
  expect(text).toBe(`Backup of VM 3 (web) failed
  Reason:    the disk is full
  Type:      FULL
  VM:        3 (web)
  Datastore: 100 (far)
  Image:     7 (web-1), increment 2
  Time:      2022-12-01 13:28:44 UTC to 2022-12-01 13:30:17 UTC (93 s)
  Stored:    0.5 MiB of 3.0 MiB
  Run:       00112233aabbccdd

--
OneVault on kvm1
`);
});

it('several are counted in the subject and told in order', () => {
  const runs = [named(), named({ result: 'done', vmId: 4 }), named({ vmId: 5 }), named({ result: 'cancelled' })];
  const { subject, text } = mailText(runs, 'kvm1');
  expect(subject).toBe('[OneVault kvm1] 4 runs ended: 2 failed, 1 cancelled, 1 done');
  expect(text.match(/^Backup of .*$/gm)).toEqual([
    'Backup of VM 3 (web) failed',
    'Backup of VM 4 (web) is done',
    'Backup of VM 5 (web) failed',
    'Backup of VM 3 (web) was cancelled',
  ]);
});

it.each([
  [{ kind: 'restore' as const, imageIds: [7] }, 'Restore of image 7 (web-1) failed'],
  [{ kind: 'flatten' as const, imageIds: [7] }, 'Merge of layers of image 7 (web-1) failed'],
  [{ kind: 'verify' as const, imageIds: [7] }, 'Verification of image 7 (web-1) failed'],
  [{ kind: 'prune' as const, vmId: -1 }, 'Prune of datastore 100 (far) failed'],
  [{ vmId: -1 }, 'Backup failed'],
])('%j is called %s', (change, wanted) => {
  expect(headline(named(change))).toBe(wanted);
});

it('a name that is not known is left out, and a test says so', () => {
  expect(headline(notice())).toBe('Backup of VM 3 failed');
  expect(mailText([testNotice(0)], 'kvm1').subject).toBe('[OneVault kvm1] Backup of VM 0 (test) is done (test)');
});
