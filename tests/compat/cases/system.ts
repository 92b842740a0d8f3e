// one.system.*, sessions, and what every method has in common: types, missing and surplus parameters, unknown methods.
import { CODE, type Case } from '../case.ts';

export const systemCases: readonly Case[] = [
  { what: 'as Ruby asks', client: 'ruby', method: 'one.system.version', expected: { text: /^6\.8\.3$/ } },
  { what: 'as Go asks', client: 'go', method: 'one.system.version', expected: { text: /^6\.8\.3$/ } },
  { what: 'as Python asks', client: 'python', method: 'one.system.version', expected: { text: /^6\.8\.3$/ } },
  { what: 'as Node asks', client: 'node', method: 'one.system.version', expected: { text: /^6\.8\.3$/ } },
  {
    what: 'a wrong password',
    as: 'oneadmin:wrong',
    method: 'one.system.version',
    expected: { fails: CODE.AUTHENTICATION, says: /User couldn't be authenticated, aborting call\./ },
  },
  { what: 'a method that is not known', method: 'one.system.dance', expected: { fault: -506 } },
];
