import type { EventDraft } from '../../events/event.ts';
import type { JsonValue } from '../../json/parse.ts';

/** What a call of ours did: the platform's answer, and the facts in it as the events that a notice would be. */
export interface ActAnswer<A extends JsonValue = JsonValue> {
  readonly answer: A;
  readonly events: readonly EventDraft[];
}
