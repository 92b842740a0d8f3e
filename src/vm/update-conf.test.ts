import { describe, expect, it } from 'vitest';
import { vm as sample } from '../../tests/golden/objects.ts';
import type { Vm } from '../model/vm.ts';
import { parseTemplate } from '../wire/template-text.ts';
import { updateConf } from './update-conf.ts';

const qcow2 = parseTemplate('DISK=[ DISK_ID="0", TYPE="FILE", FORMAT="qcow2" ]');
/** With a chain of increments in image 1. */
const chained = (): Vm => ({ ...structuredClone(sample), template: qcow2 });
const NO_CHAIN = { incrementalBackupId: -1, lastIncrementId: -1 };

describe('updateconf of a VM with a chain of increments', () => {
  it.each([
    ['MODE="FULL"', true, 'MODE was changed to FULL'],
    ['INCREMENT_MODE="SNAPSHOT"', true, 'INCREMENT_MODE was changed to SNAPSHOT'],
    ['BACKUP_VOLATILE="YES"', true, 'BACKUP_VOLATILE was changed to YES'],
    ['KEEP_LAST="2"', false, 'MODE was changed to FULL'], // what is left out of a replacement is as usual
  ])('%s (merged: %s) ends it: %s', (change, append, reason) => {
    const vm = chained();
    updateConf(vm, parseTemplate(`BACKUP_CONFIG=[ ${change} ]`), append);
    expect(vm.backups).toMatchObject({ chainEnded: reason, config: NO_CHAIN });
  });

  it.each([
    ['KEEP_LAST="2", FS_FREEZE="AGENT", FREEZE_LIMIT="5"', true],
    ['MODE="INCREMENT", KEEP_LAST="2"', false],
  ])('%s (merged: %s) leaves it alone', (change, append) => {
    const vm = chained();
    updateConf(vm, parseTemplate(`BACKUP_CONFIG=[ ${change} ]`), append);
    expect(vm.backups.chainEnded).toBeUndefined();
    expect(vm.backups.config).toMatchObject({ incrementalBackupId: 1, lastIncrementId: 1, keepLast: 2 });
  });

  const raw = parseTemplate('DISK=[ DISK_ID="0", TYPE="FILE", FORMAT="raw" ]');
  const volatile = parseTemplate('DISK=[ DISK_ID="1", TYPE="fs", FORMAT="raw" ]');

  it.each([
    ['of a raw disk', raw, 'MODE="INCREMENT", KEEP_LAST="2"', 'disk 0 has FORMAT="raw"'],
    ['of a disk that takes part from now on', volatile, 'BACKUP_VOLATILE="YES"', 'disk 1 has FORMAT="raw"'],
  ])('increments %s are refused, and nothing is changed', (_what, template, change, why) => {
    const vm: Vm = { ...chained(), template };
    const before = structuredClone(vm);
    expect(() => updateConf(vm, parseTemplate(`BACKUP_CONFIG=[ ${change} ]`), true)).toThrow(
      `is not possible for virtual machine 0: ${why}`,
    );
    expect(vm).toEqual(before);
  });

  it('a disk that was attached since does not hold up what has nothing to do with it', () => {
    const vm: Vm = { ...chained(), template: raw };
    updateConf(vm, parseTemplate('BACKUP_CONFIG=[ KEEP_LAST="2" ]'), true);
    expect(vm.backups.config).toMatchObject({ mode: 'INCREMENT', keepLast: 2 });
  });
});

it('updateconf of a VM that has no chain keeps no reason', () => {
  const vm = chained();
  Object.assign(vm.backups.config, NO_CHAIN);
  updateConf(vm, parseTemplate('BACKUP_CONFIG=[ MODE="FULL" ]'), false);
  expect(vm.backups).toMatchObject({ config: { mode: 'FULL', ...NO_CHAIN } });
  expect(vm.backups.chainEnded).toBeUndefined();
});
