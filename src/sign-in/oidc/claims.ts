// What an OpenID Connect provider tells of somebody, as a user's name and groups. Pure.
import { CODE, OneError } from '../../model/errors.ts';
import type { OidcSettings } from '../../model/sign-in-settings.ts';
import type { Person } from '../redirect-driver.ts';

export type Claims = Readonly<Record<string, unknown>>;
type Asked = Pick<OidcSettings, 'userClaim' | 'groupsClaim' | 'group' | 'groups'>;

const MOST_NAMED = 20;

/** Whether something is needed that these claims do not tell; the provider may tell it when it is asked once more. */
export function isIncomplete(claims: Claims, settings: Asked): boolean {
  const needed = [settings.userClaim];
  if (settings.userClaim === 'email') needed.push('email_verified');
  if (asksForGroups(settings)) needed.push(settings.groupsClaim);
  return needed.some((name) => own(claims, name) === undefined);
}

/** Throws a OneError when the claims name nobody, or somebody who may not come in. */
export function personOf(claims: Claims, settings: Asked): Person {
  const name = nameOf(claims, settings);
  const names = asksForGroups(settings) ? groupNames(claims, settings.groupsClaim) : [];
  const { group, groups } = settings;
  if (group !== undefined && !names.includes(group)) {
    throw refused(`"${name}" is not in the group "${group}", which OIDC/GROUP names`);
  }
  return {
    name,
    subject: `${text(claims, 'iss')} ${text(claims, 'sub')}`,
    groups: {
      managed: [...new Set(groups.map(({ gid }) => gid))],
      member: [...new Set(groups.filter((each) => names.includes(each.name)).map(({ gid }) => gid))],
    },
  };
}

function nameOf(claims: Claims, { userClaim }: Asked): string {
  const name = text(claims, userClaim);
  if (name === '') {
    const told = Object.keys(claims).toSorted().slice(0, MOST_NAMED).join(', ');
    throw refused(
      `the provider does not tell the claim "${userClaim}", which OIDC/USER_CLAIM names; it tells ${told}`,
      'OIDC/SCOPES may have to ask for it, or the provider be told to send it.',
    );
  }
  // a provider may let people write any address into their profile
  if (userClaim === 'email' && ![true, 'true'].includes(own(claims, 'email_verified') as boolean | string)) {
    throw refused(
      `the provider does not say that it has verified the address "${name}" (claim email_verified)`,
      'Another claim can be the user name: OIDC/USER_CLAIM.',
    );
  }
  return name;
}

function groupNames(claims: Claims, claim: string): readonly string[] {
  const given = own(claims, claim);
  const elsewhere = own(claims, '_claim_names');
  if (given === undefined && typeof elsewhere === 'object' && elsewhere !== null && Object.hasOwn(elsewhere, claim)) {
    throw refused(
      `the provider does not tell the claim "${claim}", because the groups are too many`,
      'Let it send only the groups that OIDC/GROUP and OIDC_GROUP name.',
    );
  }
  const names: unknown[] = Array.isArray(given) ? given : given === undefined ? [] : [given];
  if (names.every((each) => typeof each === 'string')) return names;
  throw refused(`the claim "${claim}", which OIDC/GROUPS_CLAIM names, is no list of texts`);
}

function asksForGroups({ group, groups }: Asked): boolean {
  return group !== undefined || groups.length > 0;
}

function text(claims: Claims, name: string): string {
  const value = own(claims, name);
  return typeof value === 'string' ? value : '';
}

function own(claims: Claims, name: string): unknown {
  return Object.hasOwn(claims, name) ? claims[name] : undefined;
}

function refused(why: string, hint?: string): OneError {
  return new OneError(CODE.AUTHENTICATION, `Nobody was signed in: ${why}.`, hint === undefined ? {} : { hint });
}
