import type * as z from 'zod';
import type { EventDraft, Loop, Platform } from '../../events/event.ts';
import type { App, Secrets, Settings } from './app.ts';
import type { AuditContext, ResolveContext } from './context.ts';
import type { OfferedRecords } from './platform-records.ts';
import type { Preparation, PrepareCommand, PrepareContext } from './prepare.ts';
import type { QrReading } from './qr.ts';
import type { Hint, Reading } from './reading.ts';
import type { CallbackRecords, RefundRequest } from './records.ts';
import type { Resolution } from './resolution.ts';
import type { RedeemCommand, ReverseCommand, TillContext, TillOutcome } from './till.ts';

export type { AuditContext, ResolveContext } from './context.ts';
export type { Hint, Reading } from './reading.ts';
export type { NamedStore, Resolution } from './resolution.ts';

/**
 * What stands at the platform's receiver: all that `ingest` needs of an integration, and nothing that
 * calls the platform, so that the receiver's bundle stays small.
 */
export interface Receiver {
  readonly name: string;
  readonly platform: Platform;
  /** The shortest time that the platform documents for waiting for any answer; absent: it says none. */
  readonly deadlineMs?: number;

  /**
   * Answers a platform's check of the URL that comes unsigned, so it reads nothing and stores nothing.
   * Absent: no such check is known.
   */
  handshake?(request: SignedRequest): Answer | undefined;
  /**
   * Answers a console's check of the URL that comes signed, by GET: the query holds the signature and
   * what is to be repeated. Undefined: it is not the platform's, and is refused like a wrong signature.
   * A GET without a query is somebody's browser, and never comes here.
   */
  checkUrl?(request: SignedRequest, app: App): Answer | undefined;
  /**
   * Over the raw bytes, in constant time, with every live secret of the app.
   * @param nowMs epoch ms, for schemes that sign a time; this machine's clock when absent
   */
  verify(request: SignedRequest, app: App, nowMs?: number): boolean;
  /**
   * The delivery's identity: the bytes that the signature covers, or, where a platform encrypts a
   * repetition anew, what they open to with the app's keys. Of a verified request.
   */
  signedBytes(request: SignedRequest, app: App): Uint8Array;
  /** The platform's own words for "received". */
  acknowledge(request: SignedRequest, app: App): Answer;
  /**
   * Answers a verified synchronous callback (SPI) from our own records, the same again for the same
   * order or refund. Undefined where the request asks nothing: then it is acknowledged. What the
   * request reports besides goes the way of every delivery.
   */
  answer?(request: SignedRequest, app: App, records: CallbackRecords): Promise<Answer | undefined>;
  /**
   * The platform's words for "this failed here, ask again", in the envelope and with a number that it
   * understands. Undefined: an HTTP error says it.
   */
  busy?(request: SignedRequest): Answer | undefined;
  /**
   * What a verified request says about itself outside its signed bytes (a path, a message kind in the
   * query): kept with the delivery and handed to `read`. Never an identity.
   */
  about?(request: SignedRequest): string | undefined;
}

/**
 * The one interface between Hexiao and a platform's dialect. An integration is one folder; nothing
 * outside `lib/integrations` knows a platform by name.
 */
export interface Integration extends Receiver {
  readonly loop: Loop;
  /** A refund may name its order alone (`ofOrder`), so an order's redeemed vouchers are listed. */
  readonly refundsByOrder?: true;
  /**
   * How long the platform lets a redemption be reversed, in ms: until then it is provisional. Where the
   * platform says "until the settlement": within how long it settles at the latest, because a statement
   * must be final one day.
   */
  readonly reversalWindowMs: number | { readonly untilSettlementWithinMs: number };
  /** What operators write: each secret a string, or the live ones newest first. */
  readonly secrets: z.ZodType<Secrets>;
  readonly settings: z.ZodType<Settings>;

  /**
   * What a verified delivery says. Never throws: what it cannot read it says so. The app is for what
   * is not in the bytes: keys of encrypted messages, `settings.merchantId`, `settings.storeFrom`.
   * When the delivery came stands in for the time of a message that carries none: such an event is
   * incomplete.
   */
  read(body: Uint8Array, app: App, receivedAt?: string, about?: string): Reading;
  /**
   * Asks the platform what hints of one order are about; one resolution each, in their order.
   * Never throws for what the platform does: it waits. Absent: no message of this platform is a hint.
   */
  resolve?(hints: readonly Hint[], context: ResolveContext): Promise<Resolution[]>;
  /** What a hint says on its own, for apps that may not ask: incomplete events. Absent: nothing. */
  fromHint?(hint: Hint): EventDraft[];
  /** No message of the platform reports a redemption in general: what only asking brings is not lost. */
  readonly redemptionsUnnotified?: true;
  /**
   * What the platform itself records of a day, with this app's settings: what reconciliation compares our
   * events with, so that a lost webhook is found. Where it records nothing that can be listed, why. Absent:
   * nobody has looked into it, and the app's days stay unchecked.
   */
  records?(app: App): OfferedRecords;
  /**
   * Reports to the platform how a refund request was decided, where the answer to it could not. Never
   * throws for what the platform does: it waits. Absent: the platform takes no such call.
   */
  auditRefund?(request: RefundRequest, context: AuditContext): Promise<Audit>;
  /**
   * What a code or QR code that a guest shows stands for. Asking does nothing, and keeps nothing. Never throws
   * for what the platform does. Absent: nobody knows such a call, and a code is redeemed unseen.
   */
  prepare?(command: PrepareCommand, context: PrepareContext): Promise<Preparation>;
  /** How the platform's QR codes are read. Absent: nothing of the platform's is known to be one. */
  readonly qr?: QrReading;
  /**
   * Redeems at the platform, where that is our call, and returns the facts of its answer. The same request
   * again is the same act. Never throws for what the platform does. Absent: nobody knows such a call.
   */
  redeem?(command: RedeemCommand, context: TillContext): Promise<TillOutcome>;
  /** Takes a redemption back at the platform, alike. */
  reverse?(command: ReverseCommand, context: TillContext): Promise<TillOutcome>;
}

/** `refused`: the platform will not take the decision any more, and why; `wait`: try again later. */
export type Audit =
  | { readonly outcome: 'notified' }
  | { readonly outcome: 'refused'; readonly why: string }
  | { readonly outcome: 'wait'; readonly why: string; readonly retryAfterMs?: number };

/** An HTTP request before anyone understood it. Header names are lower-case. */
export interface SignedRequest {
  readonly headers: ReadonlyMap<string, string>;
  readonly query: URLSearchParams;
  readonly body: Uint8Array;
  /** What follows the app key in `/spi/{integration}/{appKey}/…`; absent on `/webhooks`. */
  readonly spi?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
