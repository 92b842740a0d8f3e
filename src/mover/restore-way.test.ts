// Only whole new disks of one file are unpacked.
import { expect, it } from 'vitest';
import { LEAST_BYTES, MOST_RAW_BYTES, restoreWay, type RestoreCase } from './restore-way.ts';

const whole: RestoreCase = {
  ...{ members: 1, fileBytes: LEAST_BYTES, virtualBytes: MOST_RAW_BYTES, targetFormat: 'raw' },
  ...{ overPresent: false, unpacks: true },
};

it.each<[RestoreCase, string]>([
  [whole, 'unpacked'],
  [{ ...whole, virtualBytes: MOST_RAW_BYTES + 1 }, 'streamed'],
  [{ ...whole, virtualBytes: MOST_RAW_BYTES + 1, targetFormat: 'qcow2' }, 'unpacked'],
  [{ ...whole, fileBytes: LEAST_BYTES - 1 }, 'streamed'],
  [{ ...whole, overPresent: true }, 'streamed'],
  [{ ...whole, unpacks: false }, 'streamed'],
  [{ ...whole, members: 2 }, 'merged'],
])('%j is %s', (disk, way) => expect(restoreWay(disk)).toBe(way));
