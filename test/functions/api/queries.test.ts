import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DOCUMENTED } from '../../../functions/api/documented/all.ts';
import { HexiaoUnderTest } from '../../support/hexiao.ts';
import { ask, book, Clock, expectProblem, makeTenant, redemptionAt, WINDOW } from './support.ts';

const clock = new Clock();
let hexiao: HexiaoUnderTest;

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: clock.now });
});
afterAll(() => hexiao?.stop());

const WORDS: Readonly<Record<string, string>> = {
  ...{ platform: 'douyin', integration: 'douyin-life', reason: 'parked', month: '2025-10' },
};

const CALLS = DOCUMENTED.filter(({ contract }) => contract.who !== 'anyone').map(
  (one) => [one.contract.call, one] as const,
);

describe('a query parameter that a call does not have, or not twice', () => {
  it.each(CALLS)('is refused by %s, which names those that it has', async (call, one) => {
    const [method = '', pattern = ''] = call.split(' ');
    const path = pattern.replace(/\{(\w+)\}/g, (_all, name: string) => WORDS[name] ?? 'an-id');
    const body = method === 'GET' ? {} : { body: one.example ?? '{}' };
    const reply = await ask(hexiao, method, `${path}?limi=9`, body);
    const { detail } = expectProblem(reply, 400, 'request-invalid');
    expect(detail).toMatch(
      /^query: a parameter that nobody knows here; (known are|this call has none)/,
    );
    const names = Object.keys((one.contract.query as { shape?: object } | undefined)?.shape ?? {});
    for (const name of names) expect(detail).toContain(name);
    expect(detail).not.toContain('limi=');
  });

  const NAMED = DOCUMENTED.filter(({ contract: { query, who } }) => {
    const names = Object.keys((query as { shape?: object } | undefined)?.shape ?? {});
    return who !== 'anyone' && (names.length > 0 || who === 'provider');
  }).map((one) => [one.contract.call, one] as const);

  it.each(NAMED)('is refused by %s where it is given twice, and named', async (call, one) => {
    const [method = '', pattern = ''] = call.split(' ');
    const path = pattern.replace(/\{(\w+)\}/g, (_all, name: string) => WORDS[name] ?? 'an-id');
    const body = method === 'GET' ? {} : { body: one.example ?? '{}' };
    const { shape = {} } = (one.contract.query as { shape?: object } | undefined) ?? {};
    for (const name of [...Object.keys(shape), 'providerId'].slice(0, 3)) {
      if (!(name in shape) && one.contract.who !== 'provider') continue;
      const reply = await ask(hexiao, method, `${path}?${name}=1&${name}=2`, body);
      const { detail } = expectProblem(reply, 400, 'request-invalid');
      expect(detail).toMatch(new RegExp(`^${name}: give it once`));
    }
  });

  it('is passed over by the pages, to which messengers add their own', async () => {
    const page = await ask(hexiao, 'GET', '/?isappinstalled=0', { token: null });
    expect(page.status).toBe(200);
  });
});

interface Page {
  readonly rows: { readonly key: string; readonly redeemedFen: number }[];
  readonly total: { readonly redeemedFen: number };
  readonly next?: string | null;
}

describe('a limit', () => {
  it.each(['day', 'platform'])(
    'of GMV by %s holds, and the rest follows the cursor',
    async (by) => {
      // Prepare
      const tenant = await makeTenant(hexiao);
      const acts = [0, 1, 2].map((days) => redemptionAt(tenant, 's1', { minutes: -days * 1_440 }));
      await book(hexiao, acts);
      const path = `/v1/gmv?${WINDOW}&by=${by}&providerId=${tenant.providerId}`;
      const whole = await hexiao.call<Page>('GET', path);
      expect(whole.next ?? null).toBeNull();
      // Act
      const rows: Page['rows'] = [];
      let cursor = '';
      for (let pages = 0; pages < 5; pages += 1) {
        const page = await hexiao.call<Page>('GET', `${path}&limit=1&cursor=${cursor}`);
        expect(page.rows).toHaveLength(1);
        expect(page.total).toEqual(whole.total);
        rows.push(...page.rows);
        if (typeof page.next !== 'string') break;
        cursor = page.next;
      }
      // Assess
      expect(rows).toEqual(whole.rows);
      expect(rows.length).toBe(by === 'day' ? 3 : 1);
    },
  );

  it('of a provider’s own statements holds, and the rest follows the cursor', async () => {
    // Prepare
    const tenant = await makeTenant(hexiao);
    await book(hexiao, [redemptionAt(tenant, 's1')]);
    const begun = clock.ms;
    clock.ms = Date.parse('2026-02-20T12:00:00+08:00');
    for (const month of ['2025-10', '2025-11', '2025-12']) {
      await hexiao.call('POST', `/v1/statements/${month}/close`, { providerId: tenant.providerId });
      await hexiao.settle();
    }
    clock.ms = begun;
    // Act
    const months: string[] = [];
    let cursor = '';
    for (let pages = 0; pages < 5; pages += 1) {
      const { statements, next } = await hexiao.call<{
        statements: { month: string }[];
        next: string | null;
      }>('GET', `/v1/statements?limit=1&cursor=${cursor}`, undefined, tenant.token);
      months.push(...statements.map(({ month }) => month));
      if (next === null) break;
      cursor = next;
    }
    // Assess
    expect(months).toEqual(['2025-12', '2025-11', '2025-10']);
  });

  it.each(['.csv?limit=5', '.xlsx?cursor=', '.html?part=2', '?part=2'])(
    'or a part is refused where a statement’s form has none: %s',
    async (form) => {
      const reply = await ask(hexiao, 'GET', `/v1/statements/2025-10.an-id${form}`);
      const { detail } = expectProblem(reply, 400, 'request-invalid');
      expect(detail).toMatch(/has no meaning here; known are/);
    },
  );
});
