import { mkdirSync, writeFileSync } from 'node:fs';
import { MESSAGE_VERSION } from '../../lib/queue/messages.ts';
import {
  post,
  postAll,
  registerApp,
  registerContract,
  registerProvider,
  SAMPLE_TIME,
  startDouyin,
} from '../support/douyin.ts';
import { HexiaoUnderTest } from '../support/hexiao.ts';
import { urlOf } from '../support/platform-fetch.ts';
import { scanRaw } from '../support/scan.ts';

/**
 * Records what the pipeline of this checkout sends and stores, for later versions to be held against:
 * `node test/versions/record.ts` writes test/versions/v<MESSAGE_VERSION>. Run it once for a version,
 * from the last commit that writes it, and commit what it wrote; never run it to make a test pass.
 */

const OUT = new URL(`v${MESSAGE_VERSION}/`, import.meta.url);
const WINDOW = 'from=2025-10-01&to=2025-10-31';

interface Exchange {
  readonly request: string;
  readonly status: number;
  readonly body: string;
}

const sent: Record<'intake' | 'attribution', string[]> = { intake: [], attribution: [] };
const exchanges = new Map<string, Exchange>();
let platformIsDown = false;
let nowMs = SAMPLE_TIME + 100_000_000;

const douyin = startDouyin();
const { world } = douyin;
const hexiao = await HexiaoUnderTest.start({
  now: () => {
    nowMs += 1;
    return nowMs;
  },
  fetch: async (input, init) => {
    if (platformIsDown) throw new TypeError('fetch failed');
    const response = await douyin.fetch(input, init);
    const body = await response.clone().text();
    const request = `${init?.method ?? 'GET'} ${urlOf(input)} ${typeof init?.body === 'string' ? init.body : ''}`;
    exchanges.set(request, { request, status: response.status, body });
    return response;
  },
});
listen();

await registerApp(hexiao);
const { accountId: merchantId } = world.addMerchant({ name: '商家' });
const { poiId } = world.addStore({ accountId: merchantId, name: '店', city: '成都' });
const { productId } = world.addProduct({ accountId: merchantId, name: '套餐', priceFen: 9_901 });
await registerProvider(hexiao, 'one');
await registerProvider(hexiao, 'two');
await registerContract(hexiao, { providerId: 'one', merchantId, shareBp: 6_667, rateBp: 501 });
await registerContract(hexiao, { providerId: 'two', merchantId, shareBp: 3_333, rateBp: 333 });
const setup = await items();

// One order with everything that can happen to its vouchers, one nobody has a contract for, and
// deliveries that nobody can read.
const order = world.sell({ productId, count: 3, platformDiscountFen: 101, channel: '直播' });
const [one = '', two = '', three = ''] = order.certificates.map((each) => each.certificateId);
const first = world.redeem(one, poiId);
douyin.setNow(SAMPLE_TIME + 60_000);
world.cancel(first);
world.redeem(one, poiId);
world.redeem(two, poiId);
const stranger = world.addMerchant({ name: '无合同' }).accountId;
const strangersStore = world.addStore({ accountId: stranger, name: '店', city: '上海' }).poiId;
const strangers = world.addProduct({ accountId: stranger, name: '券', priceFen: 777 }).productId;
world.redeem(
  world.sell({ productId: strangers }).certificates[0]?.certificateId ?? '',
  strangersStore,
);
douyin.setNow(SAMPLE_TIME + 86_400_000);
world.refund(two);
world.refund(three);
await postAll(hexiao, world.takeOutbox());
await post(hexiao, JSON.stringify({ event: 'life_of_tomorrow', content: '{}' }));
await post(hexiao, '{"event":"life_trade_order_notify","content":"{}"}');
await hexiao.step('intake');

// And a hint that waits for a platform that does not answer.
const late = world.sell({ productId }).certificates[0]?.certificateId ?? '';
world.redeem(late, poiId);
platformIsDown = true;
await postAll(hexiao, world.takeOutbox());
await hexiao.step('intake');
platformIsDown = false;

const halfWay = await items();
const waiting = structuredClone(sent);
await new Promise((resolve) => setTimeout(resolve, 1_500));
await hexiao.settle();

mkdirSync(OUT, { recursive: true });
write('setup-items', setup);
write('half-way-items', halfWay);
write('final-items', await items());
write('half-way-messages', waiting);
write('all-messages', sent);
write('platform-answers', [...exchanges.values()]);
const totals: Record<string, unknown> = {};
for (const providerId of ['one', 'two', 'unattributed']) {
  totals[providerId] = await hexiao.call('GET', `/v1/gmv?${WINDOW}&providerId=${providerId}`);
}
write('totals', totals);
await hexiao.stop();

/** Keeps every message that any worker sends. */
function listen(): void {
  const { queues, sqs } = hexiao.emulators;
  const stack = sqs.middlewareStack as {
    add(
      middleware: (next: (args: Sending) => Promise<object>) => (args: Sending) => Promise<object>,
      options: { step: 'initialize' },
    ): void;
  };
  stack.add(
    (next) => (args) => {
      const { QueueUrl, MessageBody, Entries = [] } = args.input;
      const queue = QueueUrl === queues.intake.url ? 'intake' : 'attribution';
      for (const body of [MessageBody, ...Entries.map((each) => each.MessageBody)]) {
        if (body !== undefined) sent[queue].push(body);
      }
      return next(args);
    },
    { step: 'initialize' },
  );
}

interface Sending {
  readonly input: {
    readonly QueueUrl?: string;
    readonly MessageBody?: string;
    readonly Entries?: readonly { readonly MessageBody?: string }[];
  };
}

/** The table as it is, in the database's own notation; bytes as `{"B":"<base64>"}`. */
async function items(): Promise<unknown[]> {
  const all = await scanRaw(hexiao.emulators.database);
  const key = (item: (typeof all)[number]) => `${item.pk?.S ?? ''} ${item.sk?.S ?? ''}`;
  return all.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

function write(name: string, value: unknown): void {
  const text = JSON.stringify(
    value,
    (_key, each: unknown) =>
      each instanceof Uint8Array ? Buffer.from(each).toString('base64') : each,
    2,
  );
  writeFileSync(new URL(`${name}.json`, OUT), `${text}\n`);
}
