import * as z from 'zod';
import { givenId } from '../../../lib/events/id.ts';
import { NOTICE_STATES } from '../../../lib/store/deliveries/notices.ts';
import { cursorInput, instantInput, limitInput } from '../input.ts';
import { forProvider } from '../route.ts';
import { endpointBody, endpointChange } from './input.ts';

/** Where a provider is told of its facts, what it was told, and telling it again. */

const needs = 'webhooks:manage';
const params = z.object({ endpointId: givenId() });

const SECRET_SHOWN = {
  field: 'secret',
  hint: 'A secret is shown once. Make another with POST /v1/webhook-endpoints/{endpointId}/rotate.',
} as const;

export const endpointsPost = forProvider('POST /v1/webhook-endpoints', {
  needs,
  body: endpointBody,
  shownOnce: SECRET_SHOWN,
});

export const endpointsGet = forProvider('GET /v1/webhook-endpoints', { needs });

export const endpointGet = forProvider('GET /v1/webhook-endpoints/{endpointId}', { needs, params });

export const endpointPatch = forProvider('PATCH /v1/webhook-endpoints/{endpointId}', {
  needs,
  params,
  body: endpointChange,
});

export const endpointDelete = forProvider('DELETE /v1/webhook-endpoints/{endpointId}', {
  needs,
  params,
});

export const endpointRotate = forProvider('POST /v1/webhook-endpoints/{endpointId}/rotate', {
  needs,
  params,
  shownOnce: SECRET_SHOWN,
});

export const endpointTest = forProvider('POST /v1/webhook-endpoints/{endpointId}/test', {
  needs,
  params,
});

export const endpointReplayPost = forProvider('POST /v1/webhook-endpoints/{endpointId}/replay', {
  needs,
  params,
  body: z.strictObject({
    from: instantInput,
    to: instantInput,
    only: z.enum(['failed', 'all']).default('failed'),
  }),
});

export const deliveriesGet = forProvider('GET /v1/webhook-deliveries', {
  needs,
  query: z.object({
    endpointId: givenId().optional(),
    status: z.enum(NOTICE_STATES).optional(),
    from: instantInput.optional(),
    to: instantInput.optional(),
    limit: limitInput(50, 200),
    cursor: cursorInput(z.strictObject({ sk: z.string(), endpointId: z.string() })),
  }),
});

export const deliveryReplayPost = forProvider('POST /v1/webhook-deliveries/{deliveryId}/replay', {
  needs,
  params: z.object({ deliveryId: givenId() }),
});
