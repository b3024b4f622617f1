import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fingerprint } from '../../lib/crypto/hash.ts';
import { archiveDelivery, type Delivery, putSetAside } from '../../lib/store/deliveries/archive.ts';
import { readHint } from '../../lib/store/deliveries/waiting-hints.ts';
import { keys, type SetAsideReason } from '../../lib/store/keys.ts';
import { toInstant } from '../../lib/time/shanghai.ts';
import {
  APP_KEY,
  type DouyinUnderTest,
  post,
  postAll,
  registerApp,
  SAMPLE_TIME,
  startDouyin,
} from '../support/douyin.ts';
import { HexiaoUnderTest } from '../support/hexiao.ts';

interface Replayed {
  readonly matched: number;
  readonly sent: number;
  readonly expired: number;
  readonly erased: number;
  readonly next: string | null;
}

let hexiao: HexiaoUnderTest;
let douyin: DouyinUnderTest;
let platformIsDown = false;
/** Our clock only goes on, from test to test: the platform's rate limits are counted by it. */
let startMs = SAMPLE_TIME;
let aheadMs: number;
const now = () => Date.now() + aheadMs;

function setNow(ms: number): void {
  aheadMs = ms - Date.now();
}

beforeEach(async () => {
  platformIsDown = false;
  startMs += 10 * 86_400_000;
  setNow(startMs);
  douyin = startDouyin();
  hexiao = await HexiaoUnderTest.start({
    fetch: async (input, init) => {
      if (platformIsDown) throw new TypeError('fetch failed');
      return douyin.fetch(input, init);
    },
    now,
  });
  await registerApp(hexiao);
});

afterEach(() => hexiao?.stop());

/** A sale and its redemption, as two signed bodies. */
function story(): string[] {
  const { world } = douyin;
  const { accountId } = world.addMerchant({ name: '商家' });
  const { poiId } = world.addStore({ accountId, name: '店', city: '成都' });
  const { productId } = world.addProduct({ accountId, name: '券', priceFen: 1_000 });
  const { certificates } = world.sell({ productId });
  world.redeem(certificates[0]?.certificateId ?? '', poiId);
  return world.takeOutbox().map(({ body }) => body);
}

/** What an adapter left behind that did not know these kinds yet. */
async function setAside(reason: SetAsideReason, bodies: readonly string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const body of bodies) {
    const bytes = Buffer.from(body);
    const deliveryId = fingerprint('douyin-life', APP_KEY, bytes);
    const delivery: Delivery = {
      ...{ deliveryId, integration: 'douyin-life', appKey: APP_KEY, body: bytes },
      receivedAt: toInstant(now()),
    };
    const outcome = { outcome: reason, kind: 'kind-of-then', why: 'nobody knows this kind' };
    await putSetAside(hexiao.table, reason, delivery, outcome, now());
    await archiveDelivery(hexiao.table, delivery, outcome, now());
    ids.push(deliveryId);
  }
  return ids;
}

const replay = (body: object) => hexiao.call<Replayed>('POST', '/v1/replays', body);

const pipeline = () =>
  hexiao.call<{ parked: number; quarantined: number; hints: number }>('GET', '/v1/pipeline');

describe('a replay of what was set aside, after the adapter learnt', () => {
  it.each(['parked', 'quarantined'] as const)(
    'books what was %s and takes it off its list',
    async (reason) => {
      // Prepare
      const ids = await setAside(reason, story());
      const before = await hexiao.table.get(keys.delivery(ids[0] ?? ''));
      setNow(startMs + 86_400_000);
      // Act
      expect(await replay({ setAside: reason })).toMatchObject({ matched: 2, sent: 2, next: null });
      await hexiao.settle();
      // Assess
      const entries = await hexiao.entries();
      expect(entries.map(({ kind }) => kind).sort()).toEqual(['payment', 'redemption']);
      expect(await pipeline()).toMatchObject({ parked: 0, quarantined: 0 });
      for (const id of ids) {
        const archived = await hexiao.table.get(keys.delivery(id));
        expect(archived).toMatchObject({
          outcome: expect.stringMatching(/^(events|hint)$/),
          why: null,
        });
        // Reading it again does not keep the buyer's data longer.
        expect(archived?.expiresAt).toBe(before?.expiresAt);
      }
    },
  );

  it('twice, or beside the same webhook once more, changes nothing', async () => {
    const bodies = story();
    const deliveryIds = await setAside('parked', bodies);
    await replay({ setAside: 'parked' });
    await replay({ setAside: 'parked' });
    await post(hexiao, bodies[0] ?? '');
    await hexiao.settle();
    const booked = JSON.stringify(await hexiao.entries());

    await replay({ deliveryIds });
    await hexiao.settle();

    expect(JSON.stringify(await hexiao.entries())).toBe(booked);
    expect(await pipeline()).toMatchObject({ parked: 0, quarantined: 0 });
  });

  it('of what still cannot be read leaves it, on the list where it belongs now', async () => {
    const [id = ''] = await setAside('parked', [
      '{"event":"life_trade_order_notify","content":"{}"}',
    ]);
    await setAside('quarantined', ['{"event":"life_of_tomorrow","content":"{}"}']);
    await replay({ setAside: 'parked' });
    await replay({ setAside: 'quarantined' });
    await hexiao.settle();
    expect(await pipeline()).toMatchObject({ parked: 1, quarantined: 1 });
    const moved = await hexiao.table.get(keys.setAside('quarantined', id));
    expect(moved).toMatchObject({ kind: 'life_trade_order_notify' });
    expect(moved?.why).not.toBe('nobody knows this kind');
  });

  it('that waits for the platform is taken off its list when the platform answers', async () => {
    const [, id = ''] = await setAside('parked', story());
    platformIsDown = true;
    await replay({ deliveryIds: [id] });
    await hexiao.settle();
    expect(await readHint(hexiao.table, id)).toMatchObject({ again: true });
    expect(await pipeline()).toMatchObject({ parked: 2, hints: 1 });

    platformIsDown = false;
    await hexiao.settleUntil(async () => (await pipeline()).hints === 0);

    expect(await pipeline()).toMatchObject({ parked: 1, hints: 0 });
    expect((await hexiao.entries()).map(({ kind }) => kind)).toContain('redemption');
  });

  it('whose worker dies before the end is done again', async () => {
    await setAside('parked', story());
    await replay({ setAside: 'parked' });
    const messages = await hexiao.takeBatch('intake');
    const { table } = hexiao;
    const broken = Object.assign(Object.create(table), {
      delete: () => Promise.reject(new Error('killed')),
    });
    const deps = hexiao.normalizeDeps;
    hexiao.use({ ...deps, table: broken });
    await hexiao.workOn('intake', messages);
    expect(await pipeline()).toMatchObject({ parked: 2 });
    hexiao.use(deps);
    await hexiao.giveBack('intake', messages);
    await hexiao.settle();
    expect(await pipeline()).toMatchObject({ parked: 0 });
  });
});

describe('a replay of a window', () => {
  it('reads again what came in it, and nothing of before, after, or another app', async () => {
    // Prepare: three stories, a day apart
    for (const day of [0, 1, 2]) {
      setNow(startMs + day * 86_400_000);
      await postAll(hexiao, storyMessages());
      await hexiao.settle();
    }
    const window = {
      ...{ integration: 'douyin-life', appKey: APP_KEY },
      from: toInstant(startMs + 86_400_000),
      to: toInstant(startMs + 2 * 86_400_000),
    };
    const booked = JSON.stringify(await hexiao.entries());
    // Act, Assess
    expect(await replay({ ...window, dryRun: true })).toMatchObject({ matched: 2, sent: 0 });
    expect(await hexiao.step('intake')).toBe(0);
    expect(await replay(window)).toMatchObject({ matched: 2, sent: 2, next: null });
    const messages = await hexiao.takeBatch('intake');
    expect(messages).toHaveLength(2);
    await hexiao.giveBack('intake', messages);
    await hexiao.settle();
    expect(JSON.stringify(await hexiao.entries())).toBe(booked);
    expect(await replay({ ...window, appKey: 'other' })).toMatchObject({ matched: 0, next: null });
  });
});

function storyMessages() {
  return story().map((body) => ({ body })) as unknown as Parameters<typeof postAll>[1];
}
