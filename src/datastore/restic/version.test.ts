import { describe, expect, it } from 'vitest';
import { featuresOf, readVersion } from './version.ts';

describe('the version of restic', () => {
  it.each<[string, ReturnType<typeof readVersion>]>([
    ['restic 0.14.0 compiled with go1.19.8 on linux/amd64', [0, 14, 0]],
    ['restic 0.18.1 compiled with go1.25.1 on linux/arm64\n', [0, 18, 1]],
    ['restic 0.16.4-dev (compiled manually)', [0, 16, 4]],
    ['command not found', undefined],
  ])('"%s" is %j', (said, version) => {
    expect(readVersion(said)).toEqual(version);
  });

  it.each([
    ['restic 0.14.0', { retryLock: false, sparseRestore: false, dumpTarget: false }],
    ['restic 0.15.2', { retryLock: false, sparseRestore: true, dumpTarget: false }],
    ['restic 0.16.0', { retryLock: true, sparseRestore: true, dumpTarget: false }],
    ['restic 1.0.0', { retryLock: true, sparseRestore: true, dumpTarget: true }],
    ['something else', { retryLock: false, sparseRestore: false, dumpTarget: false }],
  ])('%s says what it can do', (said, features) => {
    expect(featuresOf(said)).toEqual(features);
  });
});
