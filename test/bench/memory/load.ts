import type { HttpAnswer } from '../../infra/runtime/events.ts';

/** One kind of work that a function is driven with. */
export interface Work {
  /** As the result calls it: what is heavy about it. */
  readonly name: string;
  /** Invocations of it in one process: the first is the one that also compiles. */
  readonly times: number;
  /** It works for as long as it is given: what it computes in that time says nothing of how much it needs. */
  readonly isTimed?: true;
  /** The next event; no two are the same piece of work. */
  event(): unknown;
  /** @throws unless the function did what it was asked */
  check(result: unknown): unknown;
}

/** A function's heaviest work, with all that it works on in place. */
export interface Load {
  readonly environment: Readonly<Record<string, string>>;
  readonly works: readonly Work[];
  stop(): Promise<void>;
}

export type Prepare = () => Promise<Load>;

/** An HTTP answer of this status, whose body contains that. */
export function answers(status: number, text = ''): Work['check'] {
  return (result) => {
    const { statusCode, body } = result as HttpAnswer;
    if (statusCode === status && body.includes(text)) return;
    throw new Error(`answered ${statusCode} and not ${status}: ${body.slice(0, 300)}`);
  };
}

/** A batch of which nothing is to be received again. */
export function takesAll(result: unknown): void {
  const { batchItemFailures } = result as { batchItemFailures: readonly unknown[] };
  if (batchItemFailures.length > 0) throw new Error(`${batchItemFailures.length} messages failed`);
}

/** The largest body that fits an event with what is around it: base64 makes four bytes of three. */
export const MAX_EVENT_BODY_BYTES = Math.floor((6 * 1024 * 1024 - 10_000) * 0.75);

/** Records as platforms list them, each different, in so many bytes of ASCII: as hard to pack as real ones. */
export function records(bytes: number, seed: number): string {
  let text = '';
  for (let index = 0; text.length < bytes; index += 1) {
    const id = String(
      7_400_000_000_000_000_000n + BigInt(seed) * 1_000_003n + BigInt(index) * 7_919n,
    );
    const amount = (index * 2_654_435_761) % 100_000;
    text += JSON.stringify({
      certificate_id: id,
      amount,
      name: `set meal ${amount % 97}`,
      time: id,
    });
  }
  return text.slice(0, bytes);
}
