import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { chromium } from 'playwright-core';
import { expect, it } from 'vitest';
import { CHROMIUM, CHROMIUM_ARGUMENTS } from '../support/browser.ts';
import { HexiaoUnderTest } from '../support/hexiao.ts';
import { CLIENT_ID, CLIENT_SECRET, OidcIssuer } from '../support/oidc-issuer.ts';

it.runIf(CHROMIUM !== undefined)(
  'a member signs in at an issuer on another site, and is let in',
  async () => {
    const hexiao = await HexiaoUnderTest.start();
    const issuer = await OidcIssuer.start('RS256', Date.now);
    const oidc = {
      issuer: issuer.url,
      clientId: CLIENT_ID,
      clientSecret: async () => CLIENT_SECRET,
    };
    const server = createAdaptorServer({ fetch: hexiao.another({ oidc }).fetch });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    // The issuer is at 127.0.0.1: `localhost` is another site, to which strict cookies do not go from there.
    const url = `http://localhost:${(server.address() as AddressInfo).port}`;
    await hexiao.call('PUT', '/v1/providers/p1', { name: '星河代运营', kind: 'agency' });
    const member = { providerId: 'p1', name: '小林', email: 'lin@example.com', role: 'finance' };
    await hexiao.call('POST', '/v1/members', member);
    issuer.person = { sub: 'lin', email: member.email, emailVerified: true };
    const browser = await chromium.launch({
      executablePath: CHROMIUM ?? '',
      args: CHROMIUM_ARGUMENTS,
    });
    try {
      const page = await browser.newPage({
        locale: 'zh-CN',
        viewport: { width: 390, height: 844 },
      });
      await page.goto(`${url}/statements`);
      await page.click('a[href^="/sign-in/oidc"]');
      await page.waitForSelector('h1:text-is("结算单")');
      expect(new URL(page.url()).pathname).toBe('/statements');
    } finally {
      await browser.close();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await issuer.stop();
      await hexiao.stop();
    }
  },
);
