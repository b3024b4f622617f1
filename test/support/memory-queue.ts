import { Queue } from '../../lib/queue/queue.ts';
import type { Turn } from './interleave.ts';

/** A queue as a list: what was sent stands in `sent` until a test takes it. */
export class MemoryQueue<Message> extends Queue<Message> {
  readonly sent: Message[];
  private readonly turn: Turn;

  constructor(sent: Message[] = [], turn: Turn = async () => {}) {
    super(undefined as never, 'memory');
    this.sent = sent;
    this.turn = turn;
  }

  /** The same queue for one worker, which takes a turn before each call. */
  seenBy(turn: Turn): MemoryQueue<Message> {
    return new MemoryQueue(this.sent, turn);
  }

  override async send(message: Message): Promise<void> {
    await this.turn(`send ${JSON.stringify(message)}`);
    this.sent.push(message);
  }

  override async sendAll(messages: readonly Message[]): Promise<void> {
    for (const message of messages) await this.send(message);
  }
}
