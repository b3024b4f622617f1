import * as z from 'zod';
import { type JsonObject, type JsonValue, parseJson } from '../../json/parse.ts';
import { toInstant } from '../../time/shanghai.ts';
import type { App } from '../kit/app.ts';
import { valueAt, wireAmount } from '../kit/fields.ts';
import { isObject } from '../kit/json.ts';
import { Misfit } from '../kit/reading.ts';
import { storeFrom } from '../kit/store-from.ts';
import { wireId } from '../kit/wire.ts';
import { wireInstant } from './fields.ts';
import type { Form } from './form.ts';
import { epochMsOf, fieldOf } from './push.ts';
import type { Rule } from './settings.ts';
import { signedPairs } from './sign.ts';

/** Without a word of the operator. */
const NO_RULE: Rule = { orderId: 'orderId' };

/** A voucher's code, as the platform's own calls name it; the order's business decides which. */
const VOUCHER_FIELDS = ['receiptCode', 'couponCode'] as const;

/** The fields within `message`. @throws JsonError, Misfit */
export function contentOf(form: Form): JsonObject {
  const message = fieldOf(form, 'message');
  const value: JsonValue = message === null ? null : parseJson(message);
  if (!isObject(value)) throw new Misfit('message');
  return value;
}

/** A message's content with the app's rule for its type; a type that is kept has none. */
export function innerOf(
  msgType: string,
  fields: JsonObject,
  { form, rule, app }: { form: Form; rule: Rule | 'keep' | undefined; app: App },
): Inner {
  return new Inner(msgType, fields, {
    form,
    rule: rule === undefined || rule === 'keep' ? NO_RULE : rule,
    app,
  });
}

/** The content of one message, read by the app's rule for its type. Every method may throw Misfit. */
export class Inner {
  readonly merchantId: string;
  private readonly msgType: string;
  private readonly fields: JsonObject;
  private readonly form: Form;
  private readonly rule: Rule;
  private readonly app: App;

  constructor(msgType: string, fields: JsonObject, context: { form: Form; rule: Rule; app: App }) {
    this.msgType = msgType;
    this.fields = fields;
    this.form = context.form;
    this.rule = context.rule;
    this.app = context.app;
    this.merchantId = context.app.settings.merchantId ?? context.app.appKey;
  }

  get orderId(): string {
    return this.required(this.rule.orderId, wireId);
  }

  /** Null when it names no voucher. */
  get voucherId(): string | null {
    if (this.rule.voucherId !== undefined) return this.required(this.rule.voucherId, wireId);
    const named = VOUCHER_FIELDS.find((field) => this.isPresent(field));
    return named === undefined ? null : this.required(named, wireId);
  }

  /** The platform's id of the push: signed with it, and the same when it is repeated. Null where it is none. */
  get messageId(): string | null {
    return wireId.safeParse(fieldOf(this.form, 'msgId')).data ?? null;
  }

  get refundId(): string | null {
    return this.rule.refundId === undefined ? null : this.required(this.rule.refundId, wireId);
  }

  /** The act of using a voucher: the rule must say where its id is. */
  get redemptionId(): string {
    return this.required(this.ruled('redemptionId'), wireId);
  }

  /** How many pieces were sold: one unless the rule says where it stands. */
  get count(): number {
    return this.rule.count === undefined ? 1 : this.required(this.rule.count, countSchema);
  }

  /** The orders that a question is about: ids, or objects that have one where the rule says. */
  get orders(): readonly string[] {
    const list = valueAt(this.fields, this.ruled('orders'));
    if (!Array.isArray(list)) throw new Misfit(`message.${this.rule.orders}`);
    return list.map((one: JsonValue) => {
      const id = isObject(one) ? valueAt(one, this.rule.orderId) : one;
      const parsed = wireId.safeParse(id);
      if (!parsed.success) throw new Misfit(`message.${this.rule.orders}.${this.rule.orderId}`);
      return parsed.data;
    });
  }

  get productId(): string | null {
    if (this.rule.productId !== undefined) return this.required(this.rule.productId, wireId);
    return this.isPresent('dealId') ? this.required('dealId', wireId) : null;
  }

  /** Fen; `whole` for all of a voucher; null when the rule does not say where it is. */
  get amount(): number | 'whole' | null {
    const { amount } = this.rule;
    if (amount === undefined || amount === 'whole') return amount ?? null;
    return this.required(amount.field, wireAmount[amount.unit]);
  }

  /** An amount that must be reported: it is never guessed. */
  get amountFen(): number {
    const { amount } = this;
    if (typeof amount !== 'number') throw new Misfit(this.settingOf('amount'));
    return amount;
  }

  /** When it happened, and whether the message itself said so; else the push's own time. */
  get time(): { readonly occurredAt: string; readonly complete: boolean } {
    if (this.rule.at !== undefined) {
      return { occurredAt: this.required(this.rule.at, wireInstant), complete: true };
    }
    const pushedMs = epochMsOf(fieldOf(this.form, 'timestamp'));
    if (pushedMs === undefined) throw new Misfit('timestamp');
    return { occurredAt: toInstant(pushedMs), complete: false };
  }

  /** The instant of an act; a push's time is only about that of one. */
  get instant(): string {
    return this.required(this.ruled('at'), wireInstant);
  }

  /** The field that the settings name; else the binding that the push carries. */
  get storeId(): string | null {
    // An empty field is not signed, so it must not stand before one of the message.
    const signed = { ...this.fields, ...Object.fromEntries(signedPairs(this.form)) };
    const bound = fieldOf(this.form, 'opBizCode') ?? fieldOf(this.form, 'ePoiId');
    const storeId = storeFrom(this.app.settings, signed) ?? bound;
    return storeId === null || wireId.safeParse(storeId).success ? storeId : null;
  }

  /** Whether the rule's condition holds; true without one. */
  get happened(): boolean {
    const { when } = this.rule;
    return when === undefined || when.in.includes(this.required(when.field, wireId));
  }

  get use(): Rule['use'] {
    return this.rule.use;
  }

  /** The setting that has to say more about this type. */
  settingOf(name: keyof Rule): string {
    return `settings.messages.${this.msgType}.${name}`;
  }

  private ruled(name: 'redemptionId' | 'at' | 'orders'): string {
    const field = this.rule[name];
    if (field === undefined) throw new Misfit(this.settingOf(name));
    return field;
  }

  private isPresent(field: string): boolean {
    const value = valueAt(this.fields, field);
    return value !== undefined && value !== null && value !== '';
  }

  private required<T>(field: string, schema: z.ZodType<T>): T {
    const parsed = schema.safeParse(valueAt(this.fields, field));
    if (!parsed.success) throw new Misfit(`message.${field}`);
    return parsed.data;
  }
}

/** A number, or its digits; more is no sale of coupons. */
const countSchema = z
  .union([
    z.int(),
    z
      .string()
      .regex(/^\d{1,4}$/)
      .transform(Number),
  ])
  .pipe(z.int().min(1).max(1_000));
