import { type Fault, secretRotated } from '../../sandbox-kit/faults.ts';
import { OneMerchant } from '../../sandbox-kit/one-merchant.ts';
import {
  atWebhook,
  CHOSEN_RETRIES,
  type Outgoing,
  type Player,
  type PlayerOptions,
  type Truth,
} from '../../sandbox-kit/player.ts';
import { startSandbox } from './server.ts';
import { delivery } from './sign.ts';

const APP_ID = 'ks690000000000000playa';

/**
 * Its messages are signed as the platform is known to sign, and their content is made up, because none
 * is documented: each is parked, and nothing is true of any voucher until somebody knows better.
 */
export class KuaishouLifePlayer extends OneMerchant {
  readonly integration = 'kuaishou-life';
  readonly platform = 'kuaishou';
  readonly appKey = APP_ID;
  secrets: Player['secrets'];
  readonly api: Player['api'];
  /** As it is played here nothing calls its API, so nothing goes wrong there. */
  override readonly misbehaviours: readonly Fault[] = [
    secretRotated(() => this.#rotate()),
    {
      kind: 'repeated with another message_id',
      source: 'open: no message of this platform is documented',
      sendsToo: ({ body }) => {
        const again = { ...(JSON.parse(body) as object), message_id: this.options.nextId() };
        return this.#sent(again);
      },
    },
  ];
  #signSecret: string;

  constructor(options: PlayerOptions) {
    super(options);
    const appSecret = `app-secret-of-${options.nextId()}`;
    this.#signSecret = `secret-of-${options.nextId()}`;
    this.secrets = { signSecret: this.#signSecret, appSecret };
    this.api = startSandbox({ appId: APP_ID, appSecret, code: 'code' }).app;
  }

  sell(): Outgoing[] {
    return [this.#message('made_up_order')];
  }

  redeem(): Outgoing[] {
    return [this.#message('made_up_redemption')];
  }

  reverse(): Outgoing[] {
    return [];
  }

  refund(): Outgoing[] {
    return [];
  }

  truth(): Truth[] {
    return [];
  }

  #rotate(): void {
    const before = this.#signSecret;
    this.#signSecret = `secret-of-${this.options.nextId()}`;
    this.secrets = { ...this.secrets, signSecret: [this.#signSecret, before] };
  }

  #message(event: string): Outgoing {
    const { now, nextId } = this.options;
    return this.#sent({ event, message_id: nextId(), timestamp: now() });
  }

  #sent(message: object): Outgoing {
    const { now } = this.options;
    const body = JSON.stringify(message);
    const query = { app_id: APP_ID, timestamp: String(now()) };
    return atWebhook(body, {
      query: delivery(this.#signSecret, query, body).query,
      headers: { 'content-type': 'application/json' },
      retries: CHOSEN_RETRIES,
      isReceived: (status, answer) => status === 200 && /"error_code":0\b/.test(answer),
    });
  }
}
