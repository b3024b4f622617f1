import { sha256Hex } from '../../../lib/crypto/hash.ts';
import { type HttpAnswer, type HttpRequest, httpEvent } from '../../infra/runtime/events.ts';
import { APP_KEY, registerProvider } from '../../support/douyin.ts';
import { HexiaoUnderTest, OPERATOR_TOKEN } from '../../support/hexiao.ts';
import { environmentOf } from '../support/environment.ts';
import {
  fillTable,
  LARGE,
  LARGEST,
  LAST,
  MERCHANT,
  merchantOf,
  PROVIDER,
  STORES,
  USUAL,
} from './api-table.ts';
import { answers, type Load, MAX_EVENT_BODY_BYTES, records, type Work } from './load.ts';

/** Two hundred contracts and more; the largest request has four times as many. */
const CSV_BYTES = 16 * 1024;
const LARGEST_CSV_BYTES = 64 * 1024;

const MONTH = 'from=2025-10-01&to=2025-10-31';

/** The largest of every kind of request: pages of a provider with many stores, and operators' errands. */
export async function prepare(part: number): Promise<Load> {
  const hexiao = await HexiaoUnderTest.start();
  const token = await registerProvider(hexiao, PROVIDER);
  const largestToken = await registerProvider(hexiao, LARGEST);
  await fillTable(hexiao, part);
  const get = (name: string, path: string, text = '', bearer = token): Work => ({
    ...{ name, times: 2, check: answers(200, text) },
    event: () => httpEvent({ method: 'GET', path, headers: { authorization: `Bearer ${bearer}` } }),
  });
  const post = (name: string, path: string, body: () => string, text: string): Work => ({
    ...{ name, times: 2, check: answers(200, text) },
    event: () => httpEvent({ method: 'POST', path, headers: OPERATOR, body: body() }),
  });
  let n = 0;
  return {
    environment: environmentOf(hexiao.emulators, sha256Hex(OPERATOR_TOKEN)),
    stop: () => hexiao.stop(),
    works: [
      get(`GMV of a month by ${STORES} stores`, `/v1/gmv?${MONTH}&by=store`, '66000'),
      {
        ...get(
          'GMV of a month by 1,000 stores',
          `/v1/gmv?${MONTH}&by=store`,
          '66000',
          largestToken,
        ),
        onlyMemory: 'beyond',
      },
      get('GMV of a month by product', `/v1/gmv?${MONTH}&by=product`, '1805'),
      get('repeat purchases of a month', `/v1/repeat-purchases?${MONTH}`),
      get('200 stores of a month', `/v1/stores?${MONTH}&limit=200`, '66000'),
      get('500 entries', `/v1/entries?from=${LAST}&to=${LAST}&limit=500`, 'entryId'),
      get('statement of 5,000 lines as CSV', `/v1/statements/2025-10.${PROVIDER}.csv`, '66000'),
      get('the same as a workbook', `/v1/statements/2025-10.${PROVIDER}.xlsx`, 'PK'),
      get('1,000 lines of a statement', `/v1/statements/2025-10.${PROVIDER}?limit=1000`, 'lines'),
      {
        name: 'page of stores',
        times: 2,
        event: () => httpEvent(withCookie(token, `/?${MONTH}`)),
        check: answers(200, '66000'),
      },
      post('contracts of 16 KB', IMPORT, () => contractsCsv(CSV_BYTES), ACCEPTED),
      {
        ...post('contracts of 64 KB', IMPORT, () => contractsCsv(LARGEST_CSV_BYTES), ACCEPTED),
        onlyMemory: 'beyond',
      },
      post(
        '500 codes',
        `/v1/merchants/douyin/${MERCHANT}/code-pool/codes`,
        () => JSON.stringify({ codes: Array.from({ length: 500 }, () => `CODE-${n++}`) }),
        '"added":500',
      ),
      post('replay of 200 deliveries of 4 KB', '/v1/replays', () => setAside(USUAL), '"sent":200'),
      {
        ...post(
          'replay of 200 deliveries of 256 KB',
          '/v1/replays',
          () => setAside(LARGE),
          '"sent":200',
        ),
        onlyMemory: 'beyond',
      },
      {
        ...post('replay of a window', '/v1/replays', () => WINDOW, '"sent"'),
        onlyMemory: 'ownClock',
      },
      {
        name: 'erasure through the table',
        times: 1,
        onlyMemory: 'ownClock',
        event: () =>
          httpEvent({
            method: 'POST',
            path: '/v1/erasures',
            headers: OPERATOR,
            body: erasure(n++),
          }),
        // In how many requests depends on the machine: each stops after some seconds.
        check: (result) => answers(isUnfinished(result) ? 202 : 200)(result),
      },
      {
        name: 'body of 4.5 MB, refused',
        times: 2,
        event: () =>
          httpEvent({
            ...{ method: 'POST', path: '/v1/replays', headers: OPERATOR },
            body: records(MAX_EVENT_BODY_BYTES, 1),
          }),
        check: answers(413),
      },
    ],
  };
}

const OPERATOR = {
  authorization: `Bearer ${OPERATOR_TOKEN}`,
  'content-type': 'application/json',
} as const;

const IMPORT = '/v1/contracts/import?dryRun=true';
const ACCEPTED = '"refused":0';

const setAside = (kind: string) => JSON.stringify({ setAside: 'parked', kind });
const WINDOW = JSON.stringify({
  ...{ integration: 'douyin-life', appKey: APP_KEY },
  ...{ from: '2025-10-01T00:00:00+08:00', to: '2025-11-01T00:00:00+08:00' },
});

const isUnfinished = (result: unknown) => (result as HttpAnswer).statusCode === 202;

function erasure(n: number): string {
  // Of nobody: a short id would be in other buyers' bodies by chance.
  const orderIds = Array.from({ length: 100 }, (_, index) => `99${n}`.padEnd(19, String(index)));
  return JSON.stringify({
    platform: 'douyin',
    orderIds,
    buyerId: `_000buyer${n}`,
    reason: 'asked',
  });
}

function withCookie(token: string, path: string): HttpRequest {
  return { method: 'GET', path, headers: { cookie: `hexiao_token=${token}` } };
}

/** Each of another merchant. */
function contractsCsv(bytes: number): string {
  let text = 'providerId,platform,merchantId,mode,startsAt,rateBp,products\n';
  for (let row = 0; ; row += 1) {
    const line = `${PROVIDER},douyin,${merchantOf(row)},agency,2026-01-01T00:00:00+08:00,500,${row}\n`;
    if (text.length + line.length > bytes) return text;
    text += line;
  }
}
