import * as z from 'zod';
import { type EventDraft, eventSchema } from './event.ts';

/** Stands in for what normalize stamps, so that the rest is checked by the one schema of events. */
const STAMP = {
  ...{ platform: 'douyin', loop: 'open', integration: '-', appKey: '-', deliveryId: null },
  recordedAt: '2000-01-01T00:00:00.000Z',
};

/**
 * An event on its way to normalize. It carries no id of a buyer any more: that is hashed before, and
 * whatever is no field of the event's is dropped here.
 */
export const draftSchema = z.looseObject({ kind: z.string() }).transform((draft, context) => {
  const parsed = eventSchema.safeParse({ ...draft, ...STAMP });
  if (parsed.success) {
    const { platform: _p, loop: _l, integration: _i, appKey: _a, ...rest } = parsed.data;
    const { deliveryId: _d, recordedAt: _r, source: _s, ...own } = rest;
    return own as EventDraft;
  }
  for (const { path } of parsed.error.issues) {
    context.addIssue({ code: 'custom', message: 'is no event’s', path });
  }
  return z.NEVER;
});
