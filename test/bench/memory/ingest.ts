import { MAX_BODY_BYTES } from '../../../functions/ingest/app.ts';
import { startEmulators, TABLE_NAME } from '../../../infra/local/emulators.ts';
import { importCodes, putCodePool } from '../../../lib/callbacks/code-pools.ts';
import { signSpi, signWebhook } from '../../../lib/integrations/douyin-life/sandbox/index.ts';
import { putApp } from '../../../lib/store/accounts/parties.ts';
import { Table } from '../../../lib/store/table.ts';
import { httpEvent } from '../../infra/runtime/events.ts';
import { APP_KEY, CLIENT_SECRET } from '../../support/douyin.ts';
import { environmentOf } from '../support/environment.ts';
import { answers, type Load, MAX_EVENT_BODY_BYTES, records } from './load.ts';

const MERCHANT = '7300000000000000001';
/** More vouchers than an order of one buyer has; no page says how many it may have. */
const CODES_AN_ORDER = 10;

/** The largest webhooks, orders of many codes, and what is refused for its size. */
export async function prepare(): Promise<Load> {
  const emulators = await startEmulators();
  const table = new Table(emulators.database, TABLE_NAME);
  await putApp(table, {
    ...{ integration: 'douyin-life', appKey: APP_KEY, secrets: { clientSecret: [CLIENT_SECRET] } },
    settings: { enrichment: 'pull', merchantId: MERCHANT },
  });
  await putCodePool(table, { platform: 'douyin', merchantId: MERCHANT }, { source: 'imported' });
  const codes = Array.from({ length: 3_000 }, (_, index) => `CODE-${index}`);
  await importCodes(table, { platform: 'douyin', merchantId: MERCHANT }, codes);
  let n = 0;
  return {
    environment: environmentOf(emulators),
    stop: () => emulators.stop(),
    works: [
      {
        name: 'webhook of 256 KB',
        times: 20,
        event: () => webhook(n++, MAX_BODY_BYTES),
        check: answers(200, '"err_no":0'),
      },
      {
        name: `${CODES_AN_ORDER} imported codes`,
        times: 10,
        event: () => order(n++),
        check: answers(200, '"result":1'),
      },
      {
        name: 'body of 4.5 MB, refused',
        times: 5,
        event: () => webhook(n++, MAX_EVENT_BODY_BYTES),
        check: answers(413),
      },
    ],
  };
}

function webhook(n: number, bytes: number) {
  const around = { event: 'life_trade_certificate_notify', client_key: APP_KEY, log_id: String(n) };
  const content = (note: string) =>
    JSON.stringify({ ...around, content: JSON.stringify({ action: 'verify', note }) });
  // Without quotes, which are escaped twice.
  const body = content(records(bytes - content('').length, n).replaceAll('"', ' '));
  const headers = { 'x-douyin-signature': signWebhook(CLIENT_SECRET, body) };
  return httpEvent({ method: 'POST', path: `/webhooks/douyin-life/${APP_KEY}`, headers, body });
}

function order(n: number) {
  const query = new URLSearchParams({ client_key: APP_KEY, timestamp: String(Date.now()) });
  const sku = { sku_id: '1805000000000001' };
  const asked = { order_id: `order-${n}`, count: CODES_AN_ORDER, account_id: MERCHANT, sku };
  const body = JSON.stringify(asked);
  const headers = { 'x-life-sign': signSpi(CLIENT_SECRET, query, body) };
  const path = `/spi/douyin-life/${APP_KEY}/tripartite_code?${query}`;
  return httpEvent({ method: 'POST', path, headers, body });
}
