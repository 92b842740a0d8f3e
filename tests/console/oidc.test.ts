// Signing in with OpenID Connect in a real browser, which keeps its own rules of what goes along when another site sends it back.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FakeCloud } from '../unit/fake-cloud.ts';
import { CLIENT_ID, OidcProvider } from '../unit/oidc-provider.ts';
import { openBrowser, Visitor } from './browser.ts';

let cloud: FakeCloud;
let provider: OidcProvider;
let browser: Browser;
let origin: string;
beforeAll(async () => {
  cloud = await FakeCloud.open();
  const { port } = new URL(cloud.endpoint);
  await cloud.stop();
  origin = `http://localhost:${port}`; // another site than the provider's
  provider = await OidcProvider.open({ redirectUri: `${origin}/api/sign-in/oidc/back`, clientAuth: 'none' });
  const oidc = {
    ...{ issuer: provider.issuer, name: 'Example AG', caFile: undefined, timeoutSec: 60, publicUrl: origin },
    ...{ clientId: CLIENT_ID, clientSecretFile: undefined, clientAuth: 'BASIC', scopes: 'openid profile' },
    ...{ userClaim: 'preferred_username', groupsClaim: 'groups', group: undefined, groups: [], makeUsers: true },
  } as const;
  Object.assign(cloud.config, { port: Number(port), signIn: { ldap: undefined, oidc: { ...oidc, groups: [] } } });
  await cloud.start();
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
  await provider.close();
  await cloud.close();
});

it('goes to the provider and comes back signed in, to where one was; or is told why not', async () => {
  const visitor = await Visitor.come(browser, origin);
  const { page } = visitor;
  provider.account = undefined;
  await visitor.open('/jobs');
  await page.getByRole('link', { name: 'Sign in with Example AG' }).click();
  await page.getByRole('alert').getByText('it answered access_denied').waitFor();
  expect(await visitor.barriers()).toEqual([]);
  provider.account = { sub: '1', preferred_username: 'ann' };
  await page.getByRole('link', { name: 'Sign in with Example AG' }).click();
  await page.getByRole('heading', { level: 1, name: 'Backup jobs' }).waitFor();
  await page.getByRole('button', { name: 'ann' }).waitFor();
  const cookies = await page.context().cookies(origin);
  expect(cookies).toMatchObject([{ name: 'onevault_session', httpOnly: true, sameSite: 'Strict' }]);
  await visitor.leave();
});
