import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { keyedHash } from '../../crypto/hash.ts';
import { seal, unseal } from '../../crypto/seal.ts';
import { instantToMs, toInstant } from '../../time/shanghai.ts';
import { keys } from '../keys.ts';
import type { Table } from '../table.ts';
import { archiveEnd } from './archive.ts';

/** One act at the till, by the caller's own id of it. */
export interface TillName {
  readonly integration: string;
  readonly appKey: string;
  readonly requestId: string;
  readonly verb: 'redeem' | 'reverse';
}

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);

const tillSchema = z.object({
  status: z.enum(['started', 'answered', 'done', 'refused']),
  /** A keyed hash of what was requested: the same id may not ask for something else. */
  hash: z.string(),
  startedAt: z.iso.datetime({ offset: true }),
  /** One more at every write, each conditional on the one before. */
  turn: z.int(),
  /** The worker that wrote it, and until when it alone asks the platform (epoch ms). */
  by: z.string(),
  heldUntilMs: z.int(),
  expiresAt: z.number(),
  /** Sealed: what the platform's idempotency hangs on (verify_token …) with the codes it is for. */
  notes: bytes.optional(),
  /** Sealed: what the platform answered, from `answered` on: it is not called again. */
  answered: bytes.optional(),
  /** Sealed: what was answered. A voucher's id may be its code. */
  answer: bytes.optional(),
});
type TillItem = z.infer<typeof tillSchema>;

/** Another worker took the request over while this one was away: what it knows counts from now on. */
export class Superseded extends Error {
  constructor() {
    super('another worker goes on with this request');
    this.name = 'Superseded';
  }
}

interface Secret {
  readonly key: string;
  /** The whole request as text. */
  readonly request: string;
}

/**
 * What is kept of a request at the till, so that its repetition is the same act: written before the
 * platform is called, and after. One worker at a time asks the platform about it. Whoever was away too long
 * finds its next write refused, so it concludes nothing from what it saw. Nothing in it can be read without
 * the request itself, because a code is money until it is used; it expires with the archive.
 */
export class TillRequest {
  private readonly table: Table;
  private readonly name: TillName;
  private readonly secret: Secret;
  private readonly me: string;
  private item: TillItem;

  constructor(
    table: Table,
    name: TillName,
    secret: Secret,
    { item, me }: { item: TillItem; me: string },
  ) {
    this.table = table;
    this.name = name;
    this.secret = secret;
    this.item = item;
    this.me = me;
  }

  /** Epoch ms: when it first came, the same for its repetitions. */
  get requestId(): string {
    return this.name.requestId;
  }

  get startedAtMs(): number {
    return instantToMs(this.item.startedAt);
  }

  /** What it came to; undefined while it came to nothing yet. */
  get ending(): { readonly status: 'done' | 'refused'; readonly answer: unknown } | undefined {
    const { status, answer } = this.item;
    if ((status !== 'done' && status !== 'refused') || answer === undefined) return undefined;
    return { status, answer: this.open(answer) };
  }

  /** What the platform answered to an earlier try, that may not be recorded yet. */
  get answered(): unknown {
    const { answered } = this.item;
    return answered === undefined ? undefined : this.open(answered);
  }

  get notes(): Readonly<Record<string, unknown>> | undefined {
    const { notes } = this.item;
    return notes === undefined
      ? undefined
      : z.record(z.string(), z.unknown()).parse(this.open(notes));
  }

  /** Takes the request until an instant. @returns false while another worker has it */
  async take(nowMs: number, untilMs: number): Promise<boolean> {
    const { by, heldUntilMs } = this.item;
    if (heldUntilMs > nowMs) return by === this.me;
    return this.write({ heldUntilMs: untilMs });
  }

  /**
   * Gives it back, for whoever comes next.
   * @returns false when somebody else has it already: then what was concluded here may be out of date
   */
  async release(): Promise<boolean> {
    if (this.item.by !== this.me) return false;
    return this.ending !== undefined || (await this.write({ heldUntilMs: 0 }));
  }

  /** Looks again at what others made of it. */
  async refresh(): Promise<void> {
    this.item = await readItem(this.table, this.name);
  }

  /** Notes before the platform is called. @throws Superseded */
  async note(notes: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>> {
    if (!(await this.write({ notes: this.close(notes) }))) throw new Superseded();
    return notes;
  }

  /**
   * Keeps what the platform answered, before it is recorded: not every act can be requested twice. What was
   * done is kept whoever has the request now, and whatever somebody concluded meanwhile; the first counts.
   */
  async keepAnswered(answered: unknown): Promise<void> {
    const closed = this.close(answered);
    while (this.item.answered === undefined)
      await this.write({ status: 'answered', answered: closed });
  }

  /** It is done; the first answer stays. */
  async finishDone(answer: unknown): Promise<void> {
    const closed = this.close(answer);
    while (this.item.status !== 'done') await this.write({ status: 'done', answer: closed });
  }

  /** The platform said no. @returns false when somebody else took it over: look at what they found */
  async finishRefused(why: string): Promise<boolean> {
    return this.write({ status: 'refused', answer: this.close(why) });
  }

  /** One conditional put. @returns false when another worker wrote since; then its item is here */
  private async write(change: Partial<TillItem>): Promise<boolean> {
    const next = { ...this.item, ...change, turn: this.item.turn + 1, by: this.me };
    const isWritten = await this.table.put(this.key(), next, {
      expression: '#turn = :turn',
      names: { '#turn': 'turn' },
      values: { ':turn': this.item.turn },
    });
    if (isWritten) {
      this.item = next;
      return true;
    }
    await this.refresh();
    // The client repeats a put whose answer got lost, and the second finds the first.
    return this.item.turn === next.turn && this.item.by === this.me;
  }

  private key() {
    const { integration, appKey, requestId, verb } = this.name;
    return keys.till(integration, appKey, requestId, verb);
  }

  private close(value: unknown): Uint8Array {
    return seal(this.secret.key, this.secret.request, JSON.stringify(value));
  }

  private open(sealed: Uint8Array): unknown {
    return JSON.parse(unseal(this.secret.key, this.secret.request, sealed));
  }
}

/**
 * Begins a request, and takes it until an instant; or finds one that was begun.
 * @param secret.key of this deployment @param secret.request the request, always in the same words
 * @returns undefined when the id stands for another request
 */
export async function beginTill(
  table: Table,
  name: TillName,
  secret: Secret,
  { nowMs, untilMs }: { readonly nowMs: number; readonly untilMs: number },
): Promise<TillRequest | undefined> {
  const { integration, appKey, requestId, verb } = name;
  const me = randomUUID();
  const hash = keyedHash(secret.key, 'till', secret.request);
  const begun: TillItem = {
    ...{ status: 'started', hash, startedAt: toInstant(nowMs), expiresAt: archiveEnd(nowMs) },
    ...{ turn: 1, by: me, heldUntilMs: untilMs },
  };
  const isFirst = await table.put(keys.till(integration, appKey, requestId, verb), begun);
  const item = isFirst ? begun : await readItem(table, name);
  return item.hash === hash ? new TillRequest(table, name, secret, { item, me }) : undefined;
}

async function readItem(table: Table, name: TillName): Promise<TillItem> {
  const { integration, appKey, requestId, verb } = name;
  return tillSchema.parse(await table.get(keys.till(integration, appKey, requestId, verb)));
}

/** Whether a request came before, whatever became of it. */
export async function hasBegun(table: Table, name: TillName): Promise<boolean> {
  const { integration, appKey, requestId, verb } = name;
  return (await table.get(keys.till(integration, appKey, requestId, verb))) !== undefined;
}

/** Whether a request to redeem is over: its acts are kept, or it was refused. One that nobody has is. */
export async function hasEnded(table: Table, name: Omit<TillName, 'verb'>): Promise<boolean> {
  const { integration, appKey, requestId } = name;
  const item = await table.get(keys.till(integration, appKey, requestId, 'redeem'));
  return item === undefined || tillSchema.parse(item).status !== 'started';
}
