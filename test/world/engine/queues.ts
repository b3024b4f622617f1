import { QUEUES as SPECS } from '../../../infra/topology.ts';
import { MemoryQueues, type QueuesOptions, SqsError } from '../store/queues.ts';

/** The queues, which know of each message the moment of the earliest thing that led to it. */
export class TracedQueues extends MemoryQueues {
  /** Of what is being worked on. */
  originMs = 0;
  private readonly origins = new Map<string, number>();
  private readonly there = new Map<string, string>();
  private readonly isRefused: (body: string) => boolean;

  /** @param isRefused whether the queue does not take a message, alone or of a batch */
  constructor(options: QueuesOptions, isRefused: (body: string) => boolean) {
    super(options);
    this.isRefused = isRefused;
  }

  override send(url: string | undefined, body: string, delaySeconds = 0, group?: string): string {
    if (this.isRefused(body)) throw new SqsError('InternalError', 'the world: not taken');
    return this.put(url, body, delaySeconds, group);
  }

  /** Without a refusal: what the world itself puts there. */
  put(url: string | undefined, body: string, delaySeconds = 0, group?: string): string {
    const id = super.send(url, body, delaySeconds, group);
    this.origins.set(id, this.originMs);
    this.there.set(id, body);
    return id;
  }

  override delete(url: string | undefined, receipt: string): object {
    const before = this.size(url ?? '');
    const deleted = super.delete(url, receipt);
    if (this.size(url ?? '') < before) this.there.delete(receipt.split('~')[0] ?? '');
    return deleted;
  }

  /** The messages that are still there and came of something before a moment. */
  sentBefore(ms: number): string[] {
    return [...this.there].flatMap(([id, body]) => (this.originOf(id) < ms ? [body] : []));
  }

  originOf(messageId: string): number {
    return this.origins.get(messageId) ?? 0;
  }
}

/** With their dead letters, as infra/topology.ts has them. */
export function createQueues(queues: MemoryQueues) {
  const create = (name: keyof typeof SPECS) => {
    const { visibilityTimeoutSeconds: visibilitySeconds, maxReceiveCount } = SPECS[name];
    const deadLetterUrl = queues.create(`${name}-dead`, { visibilitySeconds: 30 });
    const redrive = { maxReceives: maxReceiveCount, deadLetterUrl };
    return { url: queues.create(name, { visibilitySeconds, redrive }), deadLetterUrl };
  };
  return {
    intake: create('intake'),
    attribution: create('attribution'),
    notices: create('notices'),
  };
}
