// Families of which OneVault has one object: one.zone, one.secgroup, one.vdc.
import { bad, good, type Case } from '../case.ts';

function cases(word: string, root: string, name: string, label: RegExp): Case[] {
  const info = `one.${word}.info`;
  const pool = `one.${word}pool.info`;
  return [
    good(info, 'the one there is', [0], { document: root, has: { ID: '0', NAME: name } }),
    good(info, 'with decrypt', [0, true], { document: root, has: { ID: '0' } }),
    bad(info, 'another', [1], 'NO_EXISTS', label),
    bad(info, 'a negative id', [-1], 'NO_EXISTS', label),
    bad(info, 'a large id', [2147483647], 'NO_EXISTS', label),
    good(pool, 'all', [], { document: `${root}_POOL`, has: { [`${root}/ID`]: '0' } }),
    good(pool, 'parameters of other pools', [-2, -1, -1, ''], {
      document: `${root}_POOL`,
      has: { [`${root}/NAME`]: name },
    }),
    good(pool, 'anybody', [-2, -1, -1], { document: `${root}_POOL` }, { as: 'ann' }),
    bad(pool, 'a session of nobody', [], 'AUTHENTICATION', /./, { as: 'nobody2:x' }),
  ];
}

export const soleCases: readonly Case[] = [
  ...cases('zone', 'ZONE', 'OpenNebula', /zone \[/),
  good('one.zone.info', 'anybody', [0], { document: 'ZONE' }, { as: 'ann' }),
  ...cases('secgroup', 'SECURITY_GROUP', 'default', /security group \[/),
  ...cases('vdc', 'VDC', 'default', /VDC \[/),
  bad('one.vdc.info', 'not for others', [0], 'AUTHORIZATION', /USE VDC/, { as: 'ann' }),
];
