// The nine permissions of an object, as its document has them and as one.*.chmod takes them. Pure.

export const WHO = ['OWNER', 'GROUP', 'OTHER'] as const;
export const RIGHTS = ['U', 'M', 'A'] as const;
export type Bit = `${(typeof WHO)[number]}_${(typeof RIGHTS)[number]}`;
export type Permissions = Record<Bit, number>;

export interface ChmodParams {
  ownerUse: number;
  ownerManage: number;
  ownerAdmin: number;
  groupUse: number;
  groupManage: number;
  groupAdmin: number;
  otherUse: number;
  otherManage: number;
  otherAdmin: number;
}

const UNCHANGED = -1;

/** Only what was changed is sent: bits that somebody has no right to change stay out of it. */
export function chmodParams(before: Permissions, now: Permissions): ChmodParams {
  const bit = (name: Bit): number => (now[name] === before[name] ? UNCHANGED : now[name]);
  return {
    ownerUse: bit('OWNER_U'),
    ownerManage: bit('OWNER_M'),
    ownerAdmin: bit('OWNER_A'),
    groupUse: bit('GROUP_U'),
    groupManage: bit('GROUP_M'),
    groupAdmin: bit('GROUP_A'),
    otherUse: bit('OTHER_U'),
    otherManage: bit('OTHER_M'),
    otherAdmin: bit('OTHER_A'),
  };
}
