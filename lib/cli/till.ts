import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { print } from './print.ts';
import { need, REMOTE_OPTIONS, Remote, type RemoteValues } from './remote.ts';
import { UsageError, type Verb } from './verb.ts';

const REDEEM_DETAILS = `核销码也可用环境变量 HEXIAO_CODE 传入，以免出现在命令行里。
The code may come in HEXIAO_CODE: arguments are seen by others on the
machine. --paid says what each voucher is worth where the platform does not,
in fen. --body is whatever else POST /v1/redemptions takes. When it fails
half-way, repeat it with the --request that it prints.
`;

const REVERSE_DETAILS = `--body is whatever else POST /v1/reversals takes. When it fails half-way,
repeat it with the --request that it prints.
`;

export const redeem: Verb = { details: REDEEM_DETAILS, run: runRedeem };
export const reverse: Verb = { details: REVERSE_DETAILS, run: runReverse };

const text = { type: 'string' } as const;
const COMMON = { ...REMOTE_OPTIONS, integration: text, app: text, request: text, body: text };

async function runRedeem(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { ...COMMON, store: text, code: text, qr: text, count: text, paid: text },
  });
  const { qr: encryptedData, count, paid } = values;
  const code = values.code ?? (encryptedData === undefined ? process.env.HEXIAO_CODE : undefined);
  return act('/v1/redemptions', values, {
    storeId: need(values.store, '--store'),
    ...(code === undefined ? {} : { code }),
    ...(encryptedData === undefined ? {} : { encryptedData }),
    ...(count === undefined ? {} : { count: wholeNumber(count, '--count') }),
    ...(paid === undefined ? {} : { amounts: amountsOf(wholeNumber(paid, '--paid')) }),
  });
}

async function runReverse(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { ...COMMON, voucher: text, redemption: text },
  });
  const { redemption: redemptionId } = values;
  return act('/v1/reversals', values, {
    voucherId: need(values.voucher, '--voucher'),
    ...(redemptionId === undefined ? {} : { redemptionId }),
  });
}

type CommonValues = RemoteValues & {
  readonly [Name in 'integration' | 'app' | 'request' | 'body']?: string | undefined;
};

async function act(path: string, values: CommonValues, own: object): Promise<number> {
  const remote = new Remote(values);
  const requestId = values.request ?? randomUUID();
  const body = {
    integration: need(values.integration, '--integration'),
    appKey: need(values.app, '--app'),
    ...own,
    ...objectIn(values.body),
    requestId,
  };
  // Before it is sent: who lost the answer needs it.
  process.stderr.write(`--request ${requestId}\n`);
  print(await remote.post(path, body));
  return 0;
}

/** All of it the buyer's. */
function amountsOf(paidFen: number) {
  const none = { platformDiscountFen: 0, merchantDiscountFen: 0, paymentDiscountFen: 0 };
  return { paidFen, ...none, originalFen: paidFen };
}

/** @throws UsageError */
function wholeNumber(value: string, name: string): number {
  if (/^\d{1,15}$/.test(value)) return Number(value);
  throw new UsageError(`${name} is a whole number.`);
}

/** @throws UsageError */
function objectIn(body: string | undefined): object {
  if (body === undefined) return {};
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed;
  } catch {
    // Said below, without repeating it: a code may be in it.
  }
  throw new UsageError('--body is a JSON object.');
}
