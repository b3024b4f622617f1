import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { access } from '../../lib/cli/access.ts';
import { type ServedApi, serveApi } from '../../lib/integrations/sandbox-kit/server.ts';
import { makeTenant, type Tenant } from '../functions/api/support.ts';
import { HexiaoUnderTest, OPERATOR_TOKEN } from '../support/hexiao.ts';

/** `hexiao access`: tokens, members, operators and the trail, from the command line. */

let hexiao: HexiaoUnderTest;
let served: ServedApi;
let tenant: Tenant;
let out = '';

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start();
  served = await serveApi(hexiao.api);
  tenant = await makeTenant(hexiao);
});

afterAll(async () => {
  await served?.stop();
  await hexiao?.stop();
});

beforeEach(() => {
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
});

afterEach(() => vi.restoreAllMocks());

async function run(line: readonly string[], token = OPERATOR_TOKEN): Promise<string> {
  out = '';
  expect(await access.run([...line, '--url', served.url, '--token', token])).toBe(0);
  return out;
}

const made = (text: string) => JSON.parse(text) as Record<string, string>;
const of = () => ['--provider', tenant.providerId];

it('names a product, and lists what is linked', async () => {
  await run(['products', 'set', 'douyin/cli-1', '--name', '双人锅', '--supply', 'hotpot']);
  await run(['products', 'set', 'douyin/cli-2', '--category', '烘焙']);
  const linked = await run(['products', '--supply', 'hotpot']);
  expect(linked).toMatch(/cli-1 +双人锅/);
  expect(linked).not.toContain('cli-2');
  await expect(run(['products', 'take'])).rejects.toThrow('products set PLATFORM/ID');
});

it('says which channels an app’s words are', async () => {
  const app = 'douyin-life/aw0000000000cli';
  await hexiao.call('PUT', `/v1/apps/${app}`, {
    secrets: { clientSecret: 'of-the-cli' },
    settings: {},
  });
  const set = await run(['channels', app, 'set', '服务号=service_account', '自播间=self_live']);
  expect(JSON.parse(set)).toMatchObject({
    version: 1,
    map: [{ raw: '服务号' }, { raw: '自播间' }],
  });
  expect(await run(['channels', app])).toMatch(/服务号 +service_account/);
  await expect(run(['channels', app, 'take'])).rejects.toThrow('set WORD=CHANNEL');
});

it('makes, lists, changes and ends tokens and members, and shows who did', async () => {
  const owner = made(await run(['members', 'add', '--name', '王', '--role', 'owner', ...of()]));
  expect(owner.token).toMatch(/^hxp_/);
  const token = owner.token ?? '';
  const viewer = made(await run(['members', 'add', '--name', '李', '--role', 'viewer'], token));
  await run(['members', 'change', viewer.memberId ?? '', '--role', 'finance'], token);
  expect(await run(['members'], token)).toMatch(/王 +owner[\s\S]*李 +finance/);
  const spare = made(await run(['members', 'token', viewer.memberId ?? ''], token));
  const scopes = ['--scope', 'reports:read', '--scope', 'statements:read'];
  const program = made(await run(['tokens', 'add', '--name', 'script', ...scopes], token));
  for (const one of [spare, program]) await run(['tokens', 'revoke', one.tokenId ?? ''], token);
  await run(['members', 'remove', viewer.memberId ?? ''], token);
  const tokens = await run(['tokens', '--json'], token);
  const revoked = tokens
    .trim()
    .split('\n')
    .map((row) => JSON.parse(row));
  // The tenant's, the owner's, the member's two, and the program's.
  const ended = revoked.filter(({ revokedAt }) => revokedAt !== null);
  expect([revoked.length, ended.length]).toEqual([5, 3]);
  const trail = await run(['audit', '--actor', `member/${owner.memberId}`], token);
  const calls = trail
    .trim()
    .split('\n')
    .slice(1)
    .map((row) => /(POST|PATCH|DELETE) \S+/.exec(row)?.[0]);
  expect(calls).toEqual([
    ...['POST /v1/members', 'PATCH /v1/members/{memberId}', 'POST /v1/members/{memberId}/tokens'],
    ...['POST /v1/tokens', 'DELETE /v1/tokens/{tokenId}', 'DELETE /v1/tokens/{tokenId}'],
    'DELETE /v1/members/{memberId}',
  ]);
});

it('lists, changes, archives and restores what is registered', async () => {
  const { providerId, merchantId } = tenant;
  await hexiao.call('PUT', '/v1/stores/douyin/6601', { name: 'one', merchantId });
  const merchant = `douyin/${merchantId}`;
  expect(await run(['providers', 'change', providerId, '--name', '甲公司'])).toContain('甲公司');
  expect(await run(['merchants', 'change', merchant, '--name', '乙店家'])).toContain('乙店家');
  const city = ['--name', '丙店', '--city', '上海'];
  expect(await run(['stores', 'change', 'douyin/6601', ...city])).toMatch(/丙店 +上海/);
  const stores = ['stores', '--platform', 'douyin', '--merchant', merchantId];
  for (const [list, id] of [
    [['providers'], providerId],
    [['merchants', '--platform', 'douyin'], merchant],
    [stores, 'douyin/6601'],
  ] as const) {
    const [noun = ''] = list;
    const name = id.split('/').at(-1) ?? '';
    expect(await run(list)).toContain(name);
    await run([noun, 'archive', id]);
    expect(await run(list)).not.toContain(name);
    expect(await run([...list, '--archived'])).toContain(name);
    await run([noun, 'restore', id]);
    expect(await run(list)).toContain(name);
  }
  await expect(run(['stores', 'change', 'douyin/6601'])).rejects.toThrow(/--name, --city/);
  await expect(run(['merchants', 'archive', 'douyin'])).rejects.toThrow(/PLATFORM\/ID is missing/);
  await expect(run(['providers', 'drop', 'x'])).rejects.toThrow(/change, archive or restore/);
});

it('makes an operator, who turns the deployment’s own token off', async () => {
  const first = made(await run(['operators', 'add', '--name', '甲']));
  expect(first.token).toMatch(/^hxo_/);
  expect(await run(['operators'])).toMatch(/甲 +operator/);
  await run(['tokens', 'revoke', 'bootstrap'], first.token);
  await expect(run(['operators'])).rejects.toThrow(/token-revoked/);
  expect(await run(['audit', '--subject', 'token'], first.token)).toContain('token/bootstrap');
});

it('says what it takes where the call makes no sense', async () => {
  await expect(run(['tokens', 'make'])).rejects.toThrow(/tokens add or tokens revoke/);
  await expect(run(['tokens', 'revoke'])).rejects.toThrow(/the token’s id is missing/);
  await expect(run(['keys'])).rejects.toThrow(
    /tokens, members, identity, operators, audit or channels/,
  );
});
