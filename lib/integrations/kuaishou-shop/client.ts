import * as z from 'zod';
import type { JsonValue } from '../../json/parse.ts';
import type { ActAnswer } from '../kit/act-answer.ts';
import { turnOf } from '../kit/call-budget.ts';
import { baseOf, type ExchangeContext, exchange, refusal } from '../kit/http.ts';
import type { ResolveContext } from '../kit/integration.ts';
import { OPEN_PLATFORM_CODES, SHOP_CODES } from '../kit/kuaishou/codes.ts';
import { actError, codeError, PlatformError, tablesWith } from '../kit/platform-error.ts';
import {
  type Consumption,
  consumePayload,
  consumptionEvents,
  type Reversal,
  reversalEvents,
  reversePayload,
} from './etickets.ts';
import { type Endpoint, type Query, type ShopSettings, settingsOf } from './settings.ts';
import { sign } from './sign.ts';
import { toJsonText, type WireValue, wireIdOf } from './wire-json.ts';

const DEFAULT_API = 'https://openapi.kwaixiaodian.com';

export type ClientContext = ExchangeContext & Pick<ResolveContext, 'app' | 'calls'>;

/** What we ask the platform, for one app. Every method throws only PlatformError. */
export class KuaishouShopClient {
  private readonly context: ClientContext;
  private readonly settings: ShopSettings;

  constructor(context: ClientContext) {
    this.context = context;
    const settings = settingsOf(context.app);
    if (settings === undefined) throw refusal('the app’s settings do not fit');
    this.settings = settings;
  }

  /** One order, by a method that the settings name. The whole answer: its shape is theirs to say. */
  async ask(query: Query, orderId: string): Promise<JsonValue> {
    return this.call(query, { [query.idField]: wireIdOf(orderId, this.settings.idsAs) });
  }

  /** @throws PlatformError before anything is sent, where no setting names the method or a secret is missing */
  requireEndpoint(setting: 'consumeEndpoint' | 'reverseEndpoint'): void {
    named(this.settings[setting], setting);
    this.credentials();
  }

  /** Uses tickets of one order (核销). The same serial again is the same act. */
  async consume(consumption: Consumption): Promise<ActAnswer> {
    const { consumeEndpoint, idsAs } = this.settings;
    const payload = consumePayload(consumption, idsAs);
    const answer = await this.call(named(consumeEndpoint, 'consumeEndpoint'), payload, true);
    return { answer, events: consumptionEvents(consumption, this.context.app, this.settings) };
  }

  /** Takes a use back (冲正), by the serial that it was made with. */
  async reverse(reversal: Reversal): Promise<ActAnswer> {
    const { reverseEndpoint, idsAs } = this.settings;
    const payload = reversePayload(reversal, idsAs);
    const answer = await this.call(named(reverseEndpoint, 'reverseEndpoint'), payload, true);
    const atMs = reversal.atMs ?? this.context.now();
    return { answer, events: reversalEvents(reversal, atMs, this.context.app) };
  }

  /** One signed call (`param` is JSON). @param isAct it does something @throws PlatformError */
  async call(
    endpoint: Endpoint,
    param: { readonly [name: string]: WireValue },
    isAct = false,
  ): Promise<JsonValue> {
    const { app, now } = this.context;
    const { signSecret, accessToken } = this.credentials();
    const { apiBaseUrl, callsPerSecond } = this.settings;
    await turnOf(this.context, { name: endpoint.method, perSecond: callsPerSecond });
    const params: Record<string, string> = {
      access_token: accessToken,
      appkey: app.appKey,
      method: endpoint.method,
      param: toJsonText(param),
      signMethod: this.settings.signMethod,
      timestamp: String(now()),
      version: endpoint.version,
    };
    const signed = { ...params, sign: sign(params, signSecret, this.settings.signMethod) };
    const base = baseOf(apiBaseUrl, DEFAULT_API);
    const form = new URLSearchParams(signed);
    const request =
      endpoint.http === 'GET'
        ? { url: `${base}${endpoint.path}?${form}`, init: {} }
        : { url: `${base}${endpoint.path}`, init: { method: 'POST', body: form } };
    const answer = await exchange(endpoint.method, request, this.context);
    return this.checked(endpoint.method, answer, isAct);
  }

  private credentials(): { readonly signSecret: string; readonly accessToken: string } {
    const { secrets } = this.context.app;
    const signSecret = secrets.signSecret?.[0];
    const accessToken = secrets.accessToken?.[0];
    if (signSecret !== undefined && accessToken !== undefined) return { signSecret, accessToken };
    throw refusal('the app has no signSecret or no accessToken to ask with');
  }

  private checked(what: string, json: JsonValue, isAct: boolean): JsonValue {
    const parsed = envelopeSchema.safeParse(json);
    if (!parsed.success) {
      throw new PlatformError(`${what} answered without a result`, { retryable: true });
    }
    const { result } = parsed.data;
    if (result === this.settings.successResult) return json;
    const tables = tablesWith(this.settings.codes, SHOP_CODES, OPEN_PLATFORM_CODES);
    throw isAct ? actError(what, result, tables) : codeError(what, { code: result }, tables);
  }
}

/** A number or a short word: anything longer is no code, and would be in error texts. */
const envelopeSchema = z.looseObject({
  result: z.union([z.int().transform(String), z.string().regex(/^\w{1,16}$/)]),
});

function named(endpoint: Endpoint | undefined, setting: string): Endpoint {
  if (endpoint === undefined) throw refusal(`settings.${setting} names no method`);
  return endpoint;
}
