import { type Hub, pathOf, register } from '../../lib/cli/simulation.ts';
import {
  idsSince,
  type Outgoing,
  type Player,
  seededRandom,
} from '../../lib/integrations/sandbox-kit/player.ts';
import { createPlayer, playedMerchants } from '../../lib/integrations/sandboxes.ts';
import type { IntakeMessage } from '../../lib/queue/messages.ts';
import { Queue } from '../../lib/queue/queue.ts';
import { HexiaoUnderTest } from './hexiao.ts';
import { hubOf } from './hub.ts';

type Deed = 'sell' | 'redeem' | 'reverse' | 'refund';

/** Between two attempts at what was not received. */
const AGAIN_MS = 20_000;

/** More rounds than anything here needs to become whole. */
const MOST_ROUNDS = 200;

/** One played platform and a Hexiao, with a clock that a test moves: nothing waits for the real one. */
export class Stage {
  readonly player: Player;
  readonly providerId: string;
  private readonly startedAtMs = Date.now();
  // A run stays within a day of the real clock.
  private nowMs = this.startedAtMs - 12 * 3_600_000;
  private hexiao: HexiaoUnderTest | undefined;
  private pending: Outgoing[] = [];
  private readonly late: { readonly dueMs: number; readonly message: IntakeMessage }[] = [];

  constructor(integration: string) {
    const nextId = idsSince(this.startedAtMs);
    const options = { random: seededRandom(1), now: () => this.nowMs, nextId };
    const merchants = playedMerchants(integration, nextId);
    this.player = createPlayer(integration, { ...options, merchants });
    this.providerId = `p-${integration}`;
  }

  async begin(): Promise<void> {
    const { api } = this.player;
    const fetch: typeof globalThis.fetch = async (...ask) => api.fetch(new Request(...ask));
    const hexiao = await HexiaoUnderTest.start({ fetch, now: () => this.nowMs });
    this.hexiao = hexiao;
    const { sqs, queues } = hexiao.emulators;
    const { late } = this;
    const now = () => this.nowMs;
    class Delaying extends Queue<IntakeMessage> {
      override async send(message: IntakeMessage, delaySeconds = 0): Promise<void> {
        if (delaySeconds === 0) return super.send(message);
        late.push({ dueMs: now() + delaySeconds * 1000, message });
      }
    }
    hexiao.use({ ...hexiao.normalizeDeps, intake: new Delaying(sqs, queues.intake.url) });
    await this.register();
  }

  async end(): Promise<void> {
    await this.hexiao?.stop();
  }

  get hub(): Hub {
    return hubOf(this.ready);
  }

  /** The app as its platform has it now. */
  register(): Promise<void> {
    const { player, providerId } = this;
    return register(this.hub, player, { apiBaseUrl: 'http://platform.test', providerId });
  }

  /** Somebody does something, and what comes of it is on its way. */
  async perform(deed: Deed, stepMs: number): Promise<void> {
    this.nowMs += stepMs;
    this.pending.push(...this.player[deed]());
    await this.round();
  }

  /** @throws Error when it does not become idle */
  async becomeIdle(): Promise<void> {
    for (let rounds = 0; rounds < MOST_ROUNDS; rounds += 1) {
      await this.round();
      const { idle } = (await this.hub.call('GET', '/v1/pipeline')) as { idle: boolean };
      if (idle && this.pending.length === 0 && this.late.length === 0) return;
      this.nowMs += AGAIN_MS;
    }
    throw new Error(`it never became idle: ${this.pending.length} requests are not received`);
  }

  async setAside(): Promise<{ readonly quarantined: number; readonly parked: number }> {
    return (await this.hub.call('GET', '/v1/pipeline')) as { quarantined: number; parked: number };
  }

  private get ready(): HexiaoUnderTest {
    if (this.hexiao === undefined) throw new Error('the stage is not set');
    return this.hexiao;
  }

  /** Sends once what was not received yet, and lets the workers do all that is due. */
  private async round(): Promise<void> {
    const { player, hub } = this;
    const sent = this.pending;
    this.pending = [];
    for (const outgoing of sent) {
      const { status, body } = await hub.post(pathOf(player, outgoing), outgoing);
      if (!outgoing.isReceived(status, body)) this.pending.push(outgoing);
    }
    const due = this.late.filter(({ dueMs }) => dueMs <= this.nowMs);
    for (const one of due) this.late.splice(this.late.indexOf(one), 1);
    const { sqs, queues } = this.ready.emulators;
    const intake = new Queue<IntakeMessage>(sqs, queues.intake.url);
    for (const { message } of due) await intake.send(message);
    await this.ready.settle();
  }
}
