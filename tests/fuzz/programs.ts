// What programs print: restic, rsync, virsh. Other versions print other things, and what a server says stands in it too.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as restic from '../../src/datastore/restic/output.ts';
import { readArgs } from '../../src/datastore/rsync/args.ts';
import { manifestsIn, placesIn } from '../../src/datastore/rsync/layout.ts';
import * as rsync from '../../src/datastore/rsync/output.ts';
import { readListing } from '../../src/hypervisor/libvirt/listing.ts';
import { openFiles, readBackupJob, readCapabilities, readDomain } from '../../src/hypervisor/libvirt/live-xml.ts';
import { readOwnership } from '../../src/hypervisor/libvirt/ownership.ts';
import { readStats } from '../../src/hypervisor/libvirt/stats.ts';
import { OneError } from '../../src/model/errors.ts';
import type { Target } from './target.ts';

const DOMAINS = join(import.meta.dirname, '../golden/domain');
const domains = globSync('*.xml', { cwd: DOMAINS }).map((file) => readFileSync(join(DOMAINS, file)));
const isOneError = (error: unknown): boolean => error instanceof OneError;
const nothing = (): boolean => false;
const lines = (...texts: string[]): Buffer[] => texts.map((text) => Buffer.from(text));

export const PROGRAMS: readonly Target[] = [
  {
    name: 'what restic prints',
    corpus: lines(
      '{"message_type":"summary","files_new":2,"data_added":1048576,"total_bytes_processed":4194304,"snapshot_id":"74faa682"}',
      `[{"time":"2026-11-02T22:30:00.1Z","tree":"${'a'.repeat(64)}","paths":["/x"],"tags":["one","vm-7"],"id":"${'b'.repeat(64)}","short_id":"bbbbbbbb"}]`,
      'unable to create lock in backend: repository is already locked by PID 7768 on vm by root (UID 0, GID 0)\nlock was created at 2026-11-02 22:30:00 (1m ago)',
      'sftp> df "/r"\n        Size         Used        Avail       (root)    %Capacity\n    10218772      7411836      2264276      2806936          72%',
    ),
    read(input) {
      const text = input.toString();
      for (const code of [-1, 0, 1, 3, 10]) restic.troubleOf(code, text);
      restic.readSummary(text);
      restic.readSnapshotIds(text, 'one');
      restic.readSnapshots(text);
      restic.readFileErrors(text);
      restic.lastingDamage(text, 'local');
      restic.readProblems(text);
      restic.reasonIn(text);
      restic.readSftpSpace(text);
    },
    refuses: nothing,
  },
  {
    name: 'what rsync prints',
    corpus: lines(
      'Number of files: 3 (reg: 2, dir: 1)\nTotal file size: 4,194,304 bytes\nTotal transferred file size: 65,536 bytes\nTotal bytes sent: 65,999\n',
      'rsync: [sender] read errors mapping "/x/disk.0.0": Input/output error (5)\nrsync error: some files/attrs were not transferred (code 23)',
      '/srv/backups/7/0a1b2c3d/disk.0.0\0/srv/backups/7/0a1b2c3d/.onevault.json\0',
    ),
    read(input) {
      const text = input.toString();
      for (const code of [-1, 0, 23, 255]) rsync.troubleOf(code, text);
      rsync.readStats(text);
      rsync.reasonIn(text);
      rsync.unreadableIn(text);
      manifestsIn('/srv/backups', text);
      placesIn('/srv/backups', text);
    },
    refuses: nothing,
  },
  {
    name: 'arguments for rsync',
    corpus: lines('--bwlimit=1000 --compress', '-avz --rsh="ssh -p 22"', "--exclude='a b'"),
    read: (input) => readArgs(input.toString()),
    refuses: isOneError,
  },
  {
    name: 'domains of libvirt',
    corpus: [
      ...domains,
      ...lines(
        '<domainbackup mode="pull"><server transport="unix" socket="/run/x/backup.sock"/><disks><disk name="vda"><scratch file="/run/x/s"/></disk></disks></domainbackup>',
        '<capabilities><host><cpu><arch>x86_64</arch></cpu><secmodel><model>dac</model><baselabel type="qemu">+64055:+64055</baselabel></secmodel></host></capabilities>',
      ),
    ],
    read(input) {
      const xml = input.toString();
      for (const read of [readDomain, readBackupJob, readCapabilities, (said: string) => openFiles(said, 'vda')]) {
        try {
          read(xml);
        } catch (error) {
          if (!isOneError(error)) throw error;
        }
      }
    },
    refuses: nothing,
  },
  {
    name: 'lists of virsh',
    corpus: lines(
      "Domain: 'one-7'\n  state.state=1\n  state.reason=1\n\n 1b4e28ba-2fa1-11d2-883f-0016d3cca427 one-7\n",
      "Domain: 'one-7'\n  cpu.time=123456\n  balloon.rss=1048576\n  net.0.rx.bytes=5\n  block.0.rd.bytes=7\n",
      '<onevault:installation xmlns:onevault="http://x" id="0011223344556677"/>',
    ),
    read(input) {
      const text = input.toString();
      for (const read of [readListing, readStats, readOwnership]) read(text);
    },
    refuses: isOneError,
  },
];
