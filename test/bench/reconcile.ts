import {
  countingIds,
  Faults,
  sandboxApp,
  World,
} from '../../lib/integrations/douyin-life/sandbox/index.ts';
import {
  APP_KEY,
  CLIENT_SECRET,
  postAll,
  registerApp,
  registerContract,
  registerProvider,
  SAMPLE_TIME,
} from '../support/douyin.ts';
import { HexiaoUnderTest } from '../support/hexiao.ts';
import { urlOf } from '../support/platform-fetch.ts';
import { reconcileOnce } from '../support/records.ts';
import { scanAll } from '../support/scan.ts';
import { Meter, round, total } from './support/meter.ts';

const HOUR_MS = 3_600_000;

/** The morning after, at which the schedule reads a day. */
const MORNING_MS = SAMPLE_TIME + 11 * HOUR_MS;

/**
 * What the check of a store's day costs, in write units and in calls to the platform: `npm run bench -- reconcile
 * [stores=40]`. Each store is a merchant of its own, so nothing is shared but the schedule's one reconciliation. A quiet
 * day has no redemption; the other has five, of which webhooks brought all, or none. Calls are the sandbox's count.
 */
export async function run(options: Readonly<Record<string, string>> = {}): Promise<object> {
  const stores = Number(options.stores ?? 40);
  return {
    stores,
    quiet: await measure(stores, 0, false),
    heard: await measure(stores, REDEMPTIONS, false),
    unheard: await measure(stores, REDEMPTIONS, true),
  };
}

const REDEMPTIONS = 5;

/** Of the schedule: the first reads, the next ones find that what was sent is booked. */
const RUNS = 3;

async function measure(stores: number, redemptions: number, isLost: boolean): Promise<object> {
  let nowMs = SAMPLE_TIME;
  const faults = new Faults();
  const world = new World({ clientKey: APP_KEY, now: () => nowMs, nextId: countingIds() });
  const app = sandboxApp({ world, faults, clientSecret: CLIENT_SECRET, limits: {} });
  const fetch: typeof globalThis.fetch = async (input, init) => app.request(urlOf(input), init);
  const hexiao = await HexiaoUnderTest.start({ fetch, now: () => nowMs });
  await registerApp(hexiao);
  await registerProvider(hexiao, 'p1');
  for (let at = 0; at < stores; at += 1) {
    const { accountId } = world.addMerchant({ name: '商家' });
    const { poiId } = world.addStore({ accountId, name: '店', city: '上海' });
    await registerContract(hexiao, { providerId: 'p1', merchantId: accountId });
    const { productId } = world.addProduct({ accountId, name: '套餐', priceFen: 9_900 });
    for (let act = 0; act < redemptions; act += 1) {
      const order = world.sell({ productId });
      world.redeem(order.certificates[0]?.certificateId ?? '', poiId);
    }
    const messages = world.takeOutbox();
    if (!isLost) await postAll(hexiao, messages);
  }
  await hexiao.settle();
  await reconcileOnce(hexiao);
  nowMs = MORNING_MS;
  const meter = new Meter(hexiao.emulators.database);
  faults.calls.clear();
  for (let runs = 0; runs < RUNS; runs += 1) {
    await reconcileOnce(hexiao);
    nowMs += 300_000;
  }
  const { writes } = meter;
  const own = ['CHECKED', 'DIFFERENCE', 'RECONCILIATION', 'RECONCILING'];
  const bills = own.flatMap((kind) => (writes[kind] === undefined ? [] : [[kind, writes[kind]]]));
  const units = total(Object.fromEntries(bills));
  meter.stop();
  const callsOf = async (pass: 'day' | 'late') => {
    const jobs = await scanAll(hexiao.emulators.database);
    const job = jobs.find(({ pk, sk }) => pk === 'RECONCILIATION' && String(sk).startsWith(pass));
    return Number(job?.calls ?? 0);
  };
  const [day, late] = [await callsOf('day'), await callsOf('late')];
  const made = [...faults.calls.values()].reduce((sum, count) => sum + count, 0);
  await hexiao.stop();
  return {
    // Of two checks: the day after, and another day's a week later.
    unitsPerCheck: round(units / stores / 2),
    callsPerCheck: { day: round(day / stores), late: round(late / stores) },
    callsPerEdgeWindow: round((made - day - late) / stores / RUNS),
    callsByEndpoint: Object.fromEntries(faults.calls),
  };
}
