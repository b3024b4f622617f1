import * as z from 'zod';
import { liveSecretSchema, settingsSchema } from '../app.ts';
import type { Integration } from '../integration.ts';
import { douyinLifeDoor } from './door.ts';
import { eventsOfHint } from './events.ts';
import { REVERSAL_WINDOW_MS } from './facts.ts';
import { read } from './read.ts';
import { resolve } from './resolve.ts';

/** Douyin life services, closed loop: 抖音来客 (merchants) and 抖音林客 (providers). */
export const douyinLife: Integration = {
  ...douyinLifeDoor,
  loop: 'closed',
  reversalWindowMs: REVERSAL_WINDOW_MS,
  secrets: z.strictObject({ clientSecret: liveSecretSchema }),
  // Strict: a setting with a slip in its name must not be taken for granted.
  settings: z.strictObject({
    ...settingsSchema.shape,
    apiBaseUrl: z.url({ protocol: /^https?$/ }).optional(),
    enrichment: z.enum(['pull', 'none']).default('pull'),
    /** `stable` where several workers ask at once; see token.ts. */
    clientToken: z.enum(['client', 'stable']).default('client'),
  }),
  read,
  resolve,
  fromHint: eventsOfHint,
};
