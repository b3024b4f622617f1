import { parseArgs } from 'node:util';
import { startSandbox } from '../integrations/douyin-life/sandbox/index.ts';
import { UsageError, type Verb } from './verb.ts';

const DETAILS = `Its API for Hexiao to ask, and controls to sell, redeem, cancel and refund
(GET /sandbox lists them). What happens is sent to --webhook, signed, as the
platform does. Register it with
  PUT /v1/apps/douyin-life/APP_KEY
  {"secrets":{"clientSecret":"CLIENT_SECRET"},
   "settings":{"apiBaseUrl":"http://127.0.0.1:8788"}}
`;

export const sandbox: Verb = { details: DETAILS, run };

async function run(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string', default: '8788' },
      key: { type: 'string' },
      secret: { type: 'string' },
      webhook: { type: 'string' },
    },
  });
  const { key, secret, webhook } = values;
  if (key === undefined || secret === undefined || webhook === undefined) {
    throw new UsageError('Give --key, --secret and --webhook.');
  }
  const running = await startSandbox({
    clientKey: key,
    clientSecret: secret,
    port: Number(values.port),
    webhook: { url: webhook },
  });
  const { merchant, stores, meal, voucher, card } = running.stock();
  process.stdout.write(`The sandbox is ready at ${running.url}
  controls  curl ${running.url}/sandbox
  merchant  ${merchant.accountId}  ${merchant.name}
${stores.map((store) => `  store     ${store.poiId}  ${store.name}\n`).join('')}${[
  meal,
  voucher,
  card,
]
  .map((product) => `  product   ${product.productId}  ${product.name}\n`)
  .join('')}`);
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  await running.stop();
  return 0;
}
