import type { JsonValue } from '../../json/parse.ts';
import type { App } from '../kit/app.ts';

/** One message on its way to what it says. */
export interface Message {
  readonly kind: string;
  readonly content: JsonValue | undefined;
  /** The platform's id of the buyer, or null. */
  readonly buyerId: string | null;
  readonly app: App;
  readonly receivedAt: string | undefined;
}
