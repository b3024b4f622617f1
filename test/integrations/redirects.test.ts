import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Settings } from '../../lib/integrations/kit/app.ts';
import type { Hint } from '../../lib/integrations/kit/integration.ts';
import { findIntegration, integrationNames } from '../../lib/integrations/registry.ts';
import { resolveContext } from './context.ts';

/**
 * A platform, or whoever stands in its place, that sends every call on to somebody else. With Node's own
 * `fetch`, which follows redirects unless it is told not to.
 */

const SECRET = 'a-secret-that-nobody-else-may-see';
const theirs: string[] = [];
const redirected: string[] = [];

const thief = createServer((request, response) => {
  textOf(request)
    .then((body) => {
      theirs.push(`${request.url} ${JSON.stringify(request.headers)} ${body}`);
      response.end('{}');
    })
    .catch(() => response.destroy());
});
const platform = createServer((request, response) => {
  redirected.push(request.url ?? '');
  const location = `http://127.0.0.1:${(thief.address() as AddressInfo).port}${request.url}`;
  // 307 keeps the method and the body.
  response.writeHead(307, { location }).end();
});

beforeAll(async () => {
  for (const server of [thief, platform]) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  }
});
afterAll(() => {
  for (const server of [thief, platform]) {
    server.closeAllConnections();
    server.close();
  }
});

/** Whatever name the integration gives its secrets and addresses. */
function appOf(integration: string) {
  const apiBaseUrl = `http://127.0.0.1:${(platform.address() as AddressInfo).port}`;
  const names = [
    'clientSecret',
    'appSecret',
    'signKey',
    'signSecret',
    'accessToken',
    'appAuthToken',
  ];
  return {
    ...{ integration, appKey: 'app-of-redirects' },
    secrets: Object.fromEntries(names.map((name) => [name, [SECRET]])),
    settings: {
      ...{ enrichment: 'pull', apiBaseUrl, tokenBaseUrl: apiBaseUrl, merchantId: 'm1' },
    } as Settings,
  };
}

const hint: Hint = {
  ...{ action: 'redeemed', merchantId: 'm1', orderId: 'o1', voucherId: 'v1' },
  occurredAt: '2025-10-09T16:53:20.000+08:00',
};

describe.each(integrationNames())('%s', (name) => {
  test('carries neither token nor secret to where a redirect leads', async () => {
    theirs.length = 0;
    const integration = findIntegration(name);
    await integration?.resolve?.([hint], resolveContext(appOf(name)));
    expect(theirs).toEqual([]);
  });
});

test('somebody was redirected, or nothing above could fail', () => {
  expect(redirected).toContain('/oauth/client_token/');
});
