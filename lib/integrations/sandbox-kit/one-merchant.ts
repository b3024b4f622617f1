import type { Platform } from '../../events/event.ts';
import { type Fault, TRANSPORT } from './faults.ts';
import {
  atTill,
  type Outgoing,
  type PlayedMerchant,
  type Player,
  type PlayerOptions,
  pick,
  pickOne,
  type Truth,
} from './player.ts';

/** What players do alike whose app belongs to one merchant, because no message names it. */
export abstract class OneMerchant implements Player {
  abstract readonly integration: string;
  abstract readonly platform: Platform;
  abstract readonly appKey: string;
  abstract readonly secrets: Player['secrets'];
  abstract readonly api: Player['api'];
  readonly merchants: readonly [PlayedMerchant];
  /** Beside what any connection may do: its own. */
  readonly misbehaviours: readonly Fault[] = TRANSPORT;
  protected readonly options: PlayerOptions;

  constructor(options: PlayerOptions) {
    this.options = options;
    this.merchants = [options.merchants[0]];
  }

  readonly settings = (apiBaseUrl: string) => ({
    apiBaseUrl,
    merchantId: this.merchants[0].merchantId,
    ...this.ownSettings(),
  });

  abstract sell(): Outgoing[];
  abstract redeem(): Outgoing[];
  abstract reverse(): Outgoing[];
  abstract refund(): Outgoing[];
  abstract truth(): Truth[];

  /** Beside those of every app. */
  protected ownSettings(): Readonly<Record<string, unknown>> {
    return {};
  }

  /** @returns undefined from an empty list */
  protected pick<T>(from: readonly T[]): T | undefined {
    return pick(this.options.random, from);
  }

  protected anyProduct(): PlayedMerchant['products'][number] {
    return pickOne(this.options.random, this.merchants[0].products);
  }

  protected anyStore(): PlayedMerchant['stores'][number] {
    return pickOne(this.options.random, this.merchants[0].stores);
  }

  /** A till asks Hexiao to redeem. */
  protected redeemAtTill(command: object): Outgoing[] {
    return [atTill('/redemptions', this, { requestId: `r${this.options.nextId()}`, ...command })];
  }

  /** A till asks Hexiao to take a redemption back. */
  protected reverseAtTill(command: object): Outgoing[] {
    return [atTill('/reversals', this, { requestId: `b${this.options.nextId()}`, ...command })];
  }
}
