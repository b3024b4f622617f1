import { MAX_BODY_BYTES } from '../../../functions/ingest/app.ts';
import { startEmulators, TABLE_NAME } from '../../../infra/local/emulators.ts';
import { FUNCTIONS } from '../../../infra/topology.ts';
import { fingerprint } from '../../../lib/crypto/hash.ts';
import { startSandbox } from '../../../lib/integrations/douyin-life/sandbox/index.ts';
import { MESSAGE_VERSION, packBody } from '../../../lib/queue/messages.ts';
import { putApp } from '../../../lib/store/accounts/parties.ts';
import { countHints } from '../../../lib/store/deliveries/waiting-hints.ts';
import { Table } from '../../../lib/store/table.ts';
import { toInstant } from '../../../lib/time/shanghai.ts';
import { sqsEvent } from '../../infra/runtime/events.ts';
import { APP_KEY, CLIENT_SECRET } from '../../support/douyin.ts';
import { environmentOf } from '../support/environment.ts';
import { type Load, records, takesAll } from './load.ts';

const STORES = 20;

/** Full batches of redemptions, each a hint that a platform at the other end of HTTP is asked about. */
export async function prepare(): Promise<Load> {
  const emulators = await startEmulators();
  const table = new Table(emulators.database, TABLE_NAME);
  const options = { clientKey: APP_KEY, clientSecret: CLIENT_SECRET, limits: {} };
  const sandbox = await startSandbox(options);
  await putApp(table, {
    ...{ integration: 'douyin-life', appKey: APP_KEY, secrets: { clientSecret: [CLIENT_SECRET] } },
    // No rate of a platform's holds it back: all of a batch is asked about.
    settings: { enrichment: 'pull', apiBaseUrl: sandbox.url, rateFactor: 1_000 },
  });
  const redeem = redeemer(sandbox.world);
  const batchSize =
    FUNCTIONS.find(({ folder }) => folder === 'normalize')?.consumes?.batchSize ?? 0;
  return {
    environment: environmentOf(emulators),
    async stop() {
      await sandbox.stop();
      await emulators.stop();
    },
    works: [
      {
        name: `${batchSize} redemptions of 256 KB, asked about`,
        times: 4,
        event() {
          const bodies = Array.from({ length: batchSize }, () => redeem());
          return sqsEvent(bodies.map((body, n) => messageOf(padded(body, MAX_BODY_BYTES, n))));
        },
        async check(result) {
          takesAll(result);
          const waiting = await countHints(table);
          if (waiting > 0) throw new Error(`${waiting} hints were not answered`);
        },
      },
    ],
  };
}

/** @returns a maker of redemptions' webhooks, each of another order */
function redeemer(world: Awaited<ReturnType<typeof startSandbox>>['world']): () => string {
  const { accountId } = world.addMerchant({ name: '山月火锅' });
  const { productId } = world.addProduct({ accountId, name: '双人套餐', priceFen: 9_900 });
  const places = Array.from({ length: STORES }, (_, index) =>
    world.addStore({ accountId, name: `${index} 号店`, city: '上海' }),
  );
  let n = 0;
  return () => {
    const { certificates } = world.sell({ productId, channel: '直播', buyerOpenId: `_000b${n}` });
    // The payment's message is another delivery, and lighter: it is an event by itself.
    world.takeOutbox();
    world.redeem(certificates[0]?.certificateId ?? '', places[n++ % STORES]?.poiId ?? '');
    return world.takeOutbox()[0]?.body ?? '';
  };
}

/** The same message with more in it than we know, as large as the receiver takes. */
function padded(body: string, bytes: number, seed: number): string {
  const { content, ...around } = JSON.parse(body) as { content: string };
  const known = JSON.parse(content) as object;
  const withNote = (note: string) =>
    JSON.stringify({ ...around, content: JSON.stringify({ ...known, note }) });
  return withNote(records(bytes - Buffer.byteLength(withNote('')), seed).replaceAll('"', ' '));
}

function messageOf(body: string): string {
  const bytes = new Uint8Array(Buffer.from(body));
  return JSON.stringify({
    ...{ type: 'delivery', v: MESSAGE_VERSION, integration: 'douyin-life', appKey: APP_KEY },
    deliveryId: fingerprint('douyin-life', APP_KEY, bytes),
    receivedAt: toInstant(Date.now()),
    ...packBody(bytes),
  });
}
