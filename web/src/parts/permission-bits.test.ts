import { expect, it } from 'vitest';
import { chmodParams, RIGHTS, WHO, type Bit, type Permissions } from './permission-bits.ts';

const all = (value: number): Permissions =>
  Object.fromEntries(WHO.flatMap((who) => RIGHTS.map((right) => [`${who}_${right}`, value]))) as Record<Bit, number>;

it('sends only the bits that were changed, each under its own name', () => {
  expect(new Set(Object.values(chmodParams(all(0), all(0))))).toEqual(new Set([-1]));
  expect(chmodParams(all(0), { ...all(0), GROUP_M: 1 })).toMatchObject({
    groupManage: 1,
    groupUse: -1,
    otherManage: -1,
  });
  expect(chmodParams(all(1), { ...all(1), OTHER_U: 0, OWNER_A: 0 })).toMatchObject({ otherUse: 0, ownerAdmin: 0 });
  expect(Object.values(chmodParams(all(0), all(1)))).toEqual(Array.from({ length: 9 }, () => 1));
});
