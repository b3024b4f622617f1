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
  readonly secrets: Readonly<Record<string, string>>;
  readonly api: Player['api'];

  constructor(options: PlayerOptions) {
    super(options);
    const appSecret = `app-secret-of-${options.nextId()}`;
    this.secrets = { signSecret: `secret-of-${options.nextId()}`, appSecret };
    this.api = startSandbox({ appId: APP_ID, appSecret, code: 'code' }).app;
  }

  sell(): Outgoing[] {
    return [this.#sent('made_up_order')];
  }

  redeem(): Outgoing[] {
    return [this.#sent('made_up_redemption')];
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

  #sent(event: string): Outgoing {
    const { now, nextId } = this.options;
    const body = JSON.stringify({ event, message_id: nextId(), timestamp: now() });
    const query = { app_id: APP_ID, timestamp: String(now()) };
    return atWebhook(body, {
      query: delivery(this.secrets.signSecret ?? '', query, body).query,
      headers: { 'content-type': 'application/json' },
      retries: CHOSEN_RETRIES,
      isReceived: (status, answer) => status === 200 && /"error_code":0\b/.test(answer),
    });
  }
}
