import { sha256Hex } from '../../../lib/crypto/hash.ts';
import { httpEvent } from '../../infra/runtime/events.ts';
import { registerProvider } from '../../support/douyin.ts';
import { HexiaoUnderTest, OPERATOR_TOKEN } from '../../support/hexiao.ts';
import { environmentOf } from '../support/environment.ts';
import { fillTable, MERCHANT, merchantOf, PROVIDER, STORES } from './api-table.ts';
import { answers, type Load, MAX_EVENT_BODY_BYTES, records, type Work } from './load.ts';

/** Two hundred contracts and more. */
const CSV_BYTES = 16 * 1024;

const MONTH = 'from=2025-10-01&to=2025-10-31';
const STATEMENT = `/v1/statements/2025-10.${PROVIDER}`;

/** The largest of the requests that weigh: pages of a provider with many stores, files, operators' errands. */
export async function prepare(): Promise<Load> {
  const hexiao = await HexiaoUnderTest.start();
  const token = await registerProvider(hexiao, PROVIDER);
  await fillTable(hexiao);
  const get = (name: string, path: string, text: string): Work => ({
    ...{ name, times: 2, check: answers(200, text) },
    event: () => httpEvent({ method: 'GET', path, headers: { authorization: `Bearer ${token}` } }),
  });
  const post = (name: string, path: string, body: () => string, check: Work['check']): Work => ({
    ...{ name, times: 2, check },
    event: () => httpEvent({ method: 'POST', path, headers: OPERATOR, body: body() }),
  });
  let n = 0;
  const codes = () => JSON.stringify({ codes: Array.from({ length: 500 }, () => `CODE-${n++}`) });
  const tooLarge = () => records(MAX_EVENT_BODY_BYTES, 1);
  return {
    environment: environmentOf(hexiao.emulators, sha256Hex(OPERATOR_TOKEN)),
    stop: () => hexiao.stop(),
    works: [
      get(`GMV of a month by ${STORES} stores`, `/v1/gmv?${MONTH}&by=store`, '66000'),
      get('200 stores of a month', `/v1/stores?${MONTH}&limit=200`, '66000'),
      get('statement of 5,000 lines as CSV', `${STATEMENT}.csv`, '66000'),
      get('the same as a workbook', `${STATEMENT}.xlsx`, ZIP_IN_BASE64),
      post('contracts of 16 KB', IMPORT, contractsCsv, answers(200, '"refused":0')),
      post('500 codes', CODES, codes, answers(200, '"added":500')),
      post('body of 4.5 MB, refused', '/v1/replays', tooLarge, answers(413)),
    ],
  };
}

/** How every ZIP archive begins, where an event's body is bytes. */
const ZIP_IN_BASE64 = 'UEsDB';

const OPERATOR = {
  authorization: `Bearer ${OPERATOR_TOKEN}`,
  'content-type': 'application/json',
} as const;

const IMPORT = '/v1/contracts/import?dryRun=true';
const CODES = `/v1/merchants/douyin/${MERCHANT}/code-pool/codes`;

/** Each of another merchant. */
function contractsCsv(): string {
  let text = 'providerId,platform,merchantId,mode,startsAt,rateBp,products\n';
  for (let row = 0; ; row += 1) {
    const line = `${PROVIDER},douyin,${merchantOf(row)},agency,2026-01-01T00:00:00+08:00,500,${row}\n`;
    if (text.length + line.length > CSV_BYTES) return text;
    text += line;
  }
}
