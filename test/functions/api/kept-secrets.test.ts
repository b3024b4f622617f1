import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { LOCAL_CREDENTIALS } from '../../../infra/local/emulators.ts';
import { readRegistered } from '../../../lib/store/accounts/parties.ts';
import { HexiaoUnderTest } from '../../support/hexiao.ts';
import { ask, Clock, expectProblem } from './support.ts';

/** What stands in for Secrets Manager at the other end of its client: one secret, in two live versions. */
const KEPT = { AWSCURRENT: '{"clientSecret":"newest"}', AWSPREVIOUS: '{"clientSecret":"older"}' };
/** What no app of this integration can use. */
const OTHERS = new Map([
  ['hexiao/dev/apps/douyin-life/text', 'kept there, and no JSON'],
  ['hexiao/dev/apps/douyin-life/other', '{"appSecret":"kept there"}'],
]);
const SECRET_ID = 'hexiao/dev/apps/douyin-life/victim';
const THEIRS = 'https://collector.example';
const OURS = 'https://proxy.example';

const requestSchema = z.object({
  SecretId: z.string(),
  VersionStage: z.enum(['AWSCURRENT', 'AWSPREVIOUS']),
});

const manager = createServer((request, response) => {
  textOf(request)
    .then((text) => {
      const { SecretId, VersionStage } = requestSchema.parse(JSON.parse(text));
      const kept = SecretId === SECRET_ID ? KEPT[VersionStage] : OTHERS.get(SecretId);
      const isThere = kept !== undefined;
      const body = isThere
        ? { SecretString: kept }
        : { __type: 'ResourceNotFoundException', message: 'none' };
      response.writeHead(isThere ? 200 : 400, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify(body));
    })
    .catch(() => response.destroy());
});

let hexiao: HexiaoUnderTest;

beforeAll(async () => {
  await new Promise<void>((resolve) => manager.listen(0, '127.0.0.1', resolve));
  const { port } = manager.address() as AddressInfo;
  Object.assign(process.env, LOCAL_CREDENTIALS);
  process.env.AWS_ENDPOINT_URL_SECRETS_MANAGER = `http://127.0.0.1:${port}`;
  hexiao = await HexiaoUnderTest.start({ now: new Clock().now });
});
afterAll(async () => {
  await hexiao?.stop();
  manager.closeAllConnections();
  manager.close();
});

const put = (appKey: string, body: object) =>
  ask(hexiao, 'PUT', `/v1/apps/douyin-life/${appKey}`, { body });

const standing = (appKey: string) => readRegistered(hexiao.table, 'douyin-life', appKey);

describe('an app whose secrets are kept elsewhere', () => {
  it('may be registered without them while its platform’s own address is used', async () => {
    expect((await put('victim', { secretId: SECRET_ID })).status).toBe(200);
  });

  it.each([
    ['its own address is changed', 'victim', SECRET_ID],
    ['a new app is made for the secrets of another', 'new', SECRET_ID],
  ])('needs them when %s', async (_when, appKey, secretId) => {
    const before = await standing(appKey);
    const reply = await put(appKey, { secretId, settings: { apiBaseUrl: THEIRS } });
    expect(expectProblem(reply, 400, 'request-invalid').detail).toMatch(/^settings: .*secretId/);
    expect(await standing(appKey)).toEqual(before);
  });

  it('needs them when secrets of another are put where an address of one’s own stands', async () => {
    // Prepare: nobody minds what is sent where, as long as one knows it
    const own = { secrets: { clientSecret: 'mine' }, settings: { apiBaseUrl: THEIRS } };
    expect((await put('stepping-stone', own)).status).toBe(200);
    // Act
    const reply = await put('stepping-stone', { secretId: SECRET_ID, settings: own.settings });
    // Assess
    expectProblem(reply, 400, 'request-invalid');
    expect(await standing('stepping-stone')).toMatchObject({ settings: own.settings });
    expect((await standing('stepping-stone'))?.secretId).toBeUndefined();
  });

  it.each([
    [{ clientSecret: 'guessed' }],
    [{ clientSecret: ['newest', 'guessed'] }],
    [{ clientSecret: '' }],
    [{}],
  ])('is not changed by who does not know them: %j', async (secrets) => {
    const settings = { apiBaseUrl: THEIRS };
    const reply = await put('victim', { secretId: SECRET_ID, secrets, settings });
    expectProblem(reply, 400, 'request-invalid');
    expect(reply.text).not.toMatch(/newest|older|guessed/);
    expect((await standing('victim'))?.settings.apiBaseUrl).toBeUndefined();
  });

  it('takes another address from who knows them, stores none of them, and then keeps it', async () => {
    const settings = { apiBaseUrl: OURS };
    const knowing = { secretId: SECRET_ID, secrets: { clientSecret: 'newest' }, settings };
    expect((await put('victim', knowing)).status).toBe(200);
    expect(await standing('victim')).toMatchObject({ secrets: {}, secretId: SECRET_ID, settings });
    // The same address again, beside another setting, is no change of the address.
    const again = { secretId: SECRET_ID, settings: { ...settings, enrichment: 'none' } };
    expect((await put('victim', again)).status).toBe(200);
    // Back to the platform's own address is nobody's gain.
    expect((await put('victim', { secretId: SECRET_ID })).status).toBe(200);
  });

  it.each([
    ['nothing is kept', 'nothing', {}],
    ['nothing is kept, whatever is given beside it', 'nothing', { secrets: { clientSecret: 'x' } }],
    ['no JSON is kept', 'text', {}],
    ['another integration’s secrets are kept', 'other', {}],
  ])('is not registered where %s', async (_what, name, beside) => {
    const secretId = `hexiao/dev/apps/douyin-life/${name}`;
    const reply = await put(`lost-${name}`, { secretId, ...beside });
    expect(expectProblem(reply, 422, 'secret-unreadable').detail).toMatch(/^secretId: /);
    expect(reply.text).not.toMatch(/kept there/);
    expect(await standing(`lost-${name}`)).toBeUndefined();
  });

  it.each([
    'hexiao/dev/apps/douyin-life/../victim',
    'hexiao/dev/apps/../../other',
    'hexiao/dev/apps/./x',
    'hexiao/dev/apps//x',
    'hexiao/dev/apps/x/',
    'hexiao/dev/apps/x\n',
    'hexiao/dev/apps/x\u0000y',
    'hexiao/dev/apps/x\u202ey',
    'hexiao/dev/other/x',
  ])('is not looked for at %j', async (secretId) => {
    const reply = await put('lost', { secretId });
    expect(expectProblem(reply, 400, 'request-invalid').detail).toMatch(/^secretId: /);
  });
});

describe('an app whose secrets are in the table', () => {
  it('needs them again with every change, its address too', async () => {
    await put('inline', { secrets: { clientSecret: 'a' } });
    const reply = await put('inline', { settings: { apiBaseUrl: THEIRS } });
    expectProblem(reply, 400, 'request-invalid');
    expect((await standing('inline'))?.settings.apiBaseUrl).toBeUndefined();
  });

  it.each([
    'https://user:pw@open.douyin.com',
    'https://open.douyin.com/?a=',
    'https://open.douyin.com/#',
    `https://open.douyin.com/${'/'.repeat(600)}x`,
    'ftp://open.douyin.com',
    'open.douyin.com',
  ])('is not called at %s', async (apiBaseUrl) => {
    const reply = await put('inline', { secrets: { clientSecret: 'a' }, settings: { apiBaseUrl } });
    expect(expectProblem(reply, 400, 'request-invalid').detail).toMatch(/apiBaseUrl/);
    expect(reply.text).not.toContain('pw@');
  });
});
