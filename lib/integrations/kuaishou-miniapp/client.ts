import * as z from 'zod';
import type { JsonObject } from '../../json/parse.ts';
import type { ActAnswer } from '../kit/act-answer.ts';
import { baseOf, exchangeObject, refusal } from '../kit/http.ts';
import type { ResolveContext } from '../kit/integration.ts';
import { OPEN_PLATFORM_CODES } from '../kit/kuaishou/codes.ts';
import {
  actError,
  codeError,
  type PlatformError,
  tablesWith,
  unknownShape,
} from '../kit/platform-error.ts';
import { wireWord } from './payloads.ts';
import {
  REPORT_STATUS,
  type ReportedAct,
  type ReportedOrder,
  type ReportedRedemption,
  redeemedEvent,
  reportBody,
  reversedEvent,
} from './reports.ts';
import { callSettingsSchema, DEFAULT_API } from './settings.ts';
import { asSent, type CallFields, signCall } from './sign-call.ts';

const REPORT_PATH = '/openapi/mp/developer/order/v1/report';

/** How a token is got is the caller's affair: no page read here says it for mini-programs. */
type ClientContext = Pick<ResolveContext, 'app' | 'fetch' | 'now' | 'deadlineMs' | 'requests'> & {
  readonly accessToken: string;
};

/** What a query reported: the platform's word for the state, and everything it answered. */
export interface QueryAnswer {
  /** Of a payment `PROCESSING|SUCCESS|FAILED|TIMEOUT`; of a refund `REFUND_…`: not the notices' words. */
  readonly status: string;
  readonly answer: JsonObject;
}

const paymentAnswerSchema = z.looseObject({
  payment_info: z.looseObject({ pay_status: wireWord }),
});
const refundAnswerSchema = z.looseObject({
  refund_info: z.looseObject({ refund_status: wireWord }),
});

/** The calls to the platform for one mini-program. What it does wrong is a PlatformError. */
export class KuaishouMiniappClient {
  private readonly context: ClientContext;

  constructor(context: ClientContext) {
    this.context = context;
  }

  /** The state of one payment, by our own number of it. */
  async queryOrder(outOrderNo: string): Promise<QueryAnswer> {
    const answer = await this.epay('query_order', { out_order_no: outOrderNo });
    const parsed = paymentAnswerSchema.safeParse(answer);
    if (!parsed.success) throw this.failure('query_order', answer);
    return { status: parsed.data.payment_info.pay_status, answer };
  }

  /** The state of one refund, by our own number of it. */
  async queryRefund(outRefundNo: string): Promise<QueryAnswer> {
    const answer = await this.epay('query_refund', { out_refund_no: outRefundNo });
    const parsed = refundAnswerSchema.safeParse(answer);
    if (!parsed.success) throw this.failure('query_refund', answer);
    return { status: parsed.data.refund_info.refund_status, answer };
  }

  /**
   * Reports to the platform that an order was redeemed (status 11): here redemptions flow from us to it.
   * @throws RangeError, before anything is sent, when `at` is no instant
   */
  async reportUsed(
    order: ReportedOrder,
    redemption: ReportedRedemption,
  ): Promise<ActAnswer<JsonObject>> {
    // First the event: what cannot be one is not reported either.
    const events = [redeemedEvent(order, redemption, this.context.app)];
    return { answer: await this.report(reportBody(order, REPORT_STATUS.used)), events };
  }

  /**
   * Reports to the platform that an order waits to be redeemed (status 10): the first time, or again after
   * a redemption was taken back, which the platform is not known to accept.
   * @param undone the redemption that was taken back, at the time it was
   * @throws RangeError, before anything is sent, when its `at` is no instant
   */
  async reportUnused(order: ReportedOrder, undone?: ReportedAct): Promise<ActAnswer<JsonObject>> {
    const events = undone === undefined ? [] : [reversedEvent(undone, this.context.app)];
    return { answer: await this.report(reportBody(order, REPORT_STATUS.unused)), events };
  }

  private async epay(name: string, fields: CallFields): Promise<JsonObject> {
    const { epayPath, epayBody } = this.settings();
    const { appKey } = this.context.app;
    const sign = signCall({ app_id: appKey, ...fields }, this.secret(name));
    return this.post(name, `${epayPath}/${name}`, { ...fields, sign }, epayBody);
  }

  private async report(fields: CallFields): Promise<JsonObject> {
    const name = 'order/v1/report';
    const signed = this.settings().signReports
      ? { sign: signCall({ app_id: this.context.app.appKey, ...fields }, this.secret(name)) }
      : {};
    const answer = await this.post(name, REPORT_PATH, { ...fields, ...signed }, 'json');
    if (resultOf(answer) !== 1) throw this.failure(name, answer, true);
    return answer;
  }

  private async post(
    name: string,
    path: string,
    fields: CallFields,
    as: 'json' | 'form',
  ): Promise<JsonObject> {
    const { app, accessToken } = this.context;
    const base = baseOf(this.settings().apiBaseUrl, DEFAULT_API);
    const query = new URLSearchParams({ app_id: app.appKey, access_token: accessToken });
    const type = as === 'json' ? 'application/json' : 'application/x-www-form-urlencoded';
    const init = {
      method: 'POST',
      headers: { 'content-type': type },
      body: as === 'json' ? JSON.stringify(asSent(fields)) : formOf(fields),
    };
    return exchangeObject(name, { url: `${base}${path}?${query}`, init }, this.context);
  }

  /** The error for an answer that lacks what was requested. */
  private failure(name: string, answer: JsonObject, isAct = false): PlatformError {
    const known = resultOf(answer);
    // Of an act what is no number is no refusal: a report states a state, so it may be repeated.
    if (answer.result === undefined || known === 1 || (isAct && known === undefined)) {
      return unknownShape(name);
    }
    const code = known ?? 'that is no number';
    const tables = tablesWith(this.settings().codes, OPEN_PLATFORM_CODES);
    return isAct ? actError(name, code, tables) : codeError(name, { code }, tables);
  }

  private settings(): z.infer<typeof callSettingsSchema> {
    return callSettingsSchema.parse(this.context.app.settings);
  }

  private secret(name: string): string {
    const [newest] = this.context.app.secrets.appSecret ?? [];
    if (newest !== undefined) return newest;
    throw refusal(`${name} needs the secret appSecret`);
  }
}

/** The platform's number; undefined for what is none, or not written as one. */
function resultOf({ result }: JsonObject): number | undefined {
  return wireCode.safeParse(result).data;
}

const wireCode = z.union([
  z.int(),
  z
    .string()
    .regex(/^-?\d{1,15}$/)
    .transform(Number),
]);

function formOf(fields: CallFields): URLSearchParams {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(asSent(fields))) form.append(name, String(value));
  return form;
}
