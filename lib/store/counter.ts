import * as z from 'zod';
import { keyedHash } from '../crypto/hash.ts';
import { seal, unseal } from '../crypto/seal.ts';
import { instantToMs, toInstant } from '../time/shanghai.ts';
import { archiveEnd } from './deliveries.ts';
import { keys } from './keys.ts';
import type { Table } from './table.ts';

/** One act at the counter, by the caller's own id of it. */
export interface CounterName {
  readonly integration: string;
  readonly appKey: string;
  readonly requestId: string;
  readonly verb: 'redeem' | 'reverse';
}

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);

const counterSchema = z.object({
  status: z.enum(['started', 'told', 'done', 'refused']),
  /** A keyed hash of what was asked: the same id may not ask for something else. */
  asked: z.string(),
  startedAt: z.iso.datetime({ offset: true }),
  /** Sealed: what the platform's idempotency hangs on (verify_token …) with the codes it is for. */
  notes: bytes.optional(),
  /** Sealed: what the platform answered, from `told` on: it is not asked again. */
  told: bytes.optional(),
  /** Sealed: what was answered. A voucher's id may be its code. */
  answer: bytes.optional(),
});
type CounterItem = z.infer<typeof counterSchema>;

/**
 * What is kept of a request at the counter, so that its repetition is the same act: written before the
 * platform is called, and after. Nothing in it can be read without the request itself, because a code is
 * money until it is used; it expires with the archive.
 */
export class CounterRequest {
  readonly startedAtMs: number;
  /** Whether nobody tried before. Then a refusal is final: no earlier call can have done it. */
  readonly isFirst: boolean;
  private readonly table: Table;
  private readonly name: CounterName;
  private readonly secret: Secret;
  private item: CounterItem;

  constructor(
    table: Table,
    name: CounterName,
    secret: Secret,
    { item, isFirst }: { item: CounterItem; isFirst: boolean },
  ) {
    this.table = table;
    this.name = name;
    this.secret = secret;
    this.item = item;
    this.isFirst = isFirst;
    this.startedAtMs = instantToMs(item.startedAt);
  }

  /** What it came to; undefined while it came to nothing yet. */
  get ending(): { readonly status: 'done' | 'refused'; readonly answer: unknown } | undefined {
    const { status, answer } = this.item;
    if ((status !== 'done' && status !== 'refused') || answer === undefined) return undefined;
    return { status, answer: this.open(answer) };
  }

  /** What the platform answered to an earlier try, that may not be recorded yet. */
  get told(): unknown {
    const { told } = this.item;
    return told === undefined ? undefined : this.open(told);
  }

  get notes(): Readonly<Record<string, unknown>> | undefined {
    const { notes } = this.item;
    return notes === undefined
      ? undefined
      : z.record(z.string(), z.unknown()).parse(this.open(notes));
  }

  /** Notes once. @returns what stands: the first to note it counts */
  async note(notes: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>> {
    const guard = { expression: 'attribute_exists(pk) AND attribute_not_exists(notes)' };
    await this.table.set(this.key(), { notes: this.close(notes) }, guard);
    this.item = await readItem(this.table, this.name);
    if (this.notes === undefined)
      throw new Error('a counter’s notes were written and are not there');
    return this.notes;
  }

  /** Keeps what the platform answered, before it is recorded: not every act can be asked for twice. */
  async keepTold(told: unknown): Promise<void> {
    await this.set({ status: 'told', told: this.close(told) }, ['started', 'refused']);
  }

  /** What it came to; the first answer stays. */
  async finish(status: 'done' | 'refused', answer: unknown): Promise<void> {
    const before = status === 'done' ? 'told' : 'started';
    await this.set({ status, answer: this.close(answer) }, [before]);
  }

  private async set(
    fields: Record<string, unknown>,
    [from, or = from]: readonly [string, string?],
  ): Promise<void> {
    await this.table.set(this.key(), fields, {
      expression: '#status = :from OR #status = :or',
      names: { '#status': 'status' },
      values: { ':from': from, ':or': or },
    });
  }

  private key() {
    const { integration, appKey, requestId, verb } = this.name;
    return keys.counter(integration, appKey, requestId, verb);
  }

  private close(value: unknown): Uint8Array {
    return seal(this.secret.key, this.secret.asked, JSON.stringify(value));
  }

  private open(sealed: Uint8Array): unknown {
    return JSON.parse(unseal(this.secret.key, this.secret.asked, sealed));
  }
}

interface Secret {
  readonly key: string;
  /** The whole request as text. */
  readonly asked: string;
}

/**
 * Begins a request, or goes on with one that was begun.
 * @param secret.key of this deployment @param secret.asked the request, always in the same words
 * @returns undefined when the id stands for another request
 */
export async function beginCounter(
  table: Table,
  name: CounterName,
  secret: Secret,
  nowMs: number,
): Promise<CounterRequest | undefined> {
  const { integration, appKey, requestId, verb } = name;
  const asked = keyedHash(secret.key, 'counter', secret.asked);
  const isFirst = await table.put(keys.counter(integration, appKey, requestId, verb), {
    ...{ status: 'started', asked, startedAt: toInstant(nowMs), expiresAt: archiveEnd(nowMs) },
  });
  const item = await readItem(table, name);
  return item.asked === asked
    ? new CounterRequest(table, name, secret, { item, isFirst })
    : undefined;
}

async function readItem(table: Table, name: CounterName): Promise<CounterItem> {
  const { integration, appKey, requestId, verb } = name;
  return counterSchema.parse(await table.get(keys.counter(integration, appKey, requestId, verb)));
}
