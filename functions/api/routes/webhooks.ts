import type { Hono } from 'hono';
import type { ApiDeps } from '../deps.ts';
import { answer } from '../route.ts';
import {
  deliveriesGet,
  deliveryReplayPost,
  endpointDelete,
  endpointGet,
  endpointPatch,
  endpointReplayPost,
  endpointRotate,
  endpointsGet,
  endpointsPost,
  endpointTest,
} from '../webhooks/contracts.ts';

/** What answers is loaded when somebody asks: few do, and every start would wait for it. */
const endpoints = () => import('../webhooks/endpoint-answers.ts');
const deliveries = () => import('../webhooks/delivery-answers.ts');

/** Where a provider is told of its facts, and what it was told. */
export function webhooksRoutes(api: Hono, deps: ApiDeps): void {
  answer(api, deps, endpointsPost, async (r, c) => (await endpoints()).postEndpoint(r, c, deps));
  answer(api, deps, endpointsGet, async (r, c) => (await endpoints()).getEndpoints(r, c, deps));
  answer(api, deps, endpointGet, async (r, c) => (await endpoints()).getEndpoint(r, c, deps));
  answer(api, deps, endpointPatch, async (r, c) => (await endpoints()).patchEndpoint(r, c, deps));
  answer(api, deps, endpointDelete, async (r, c) => (await endpoints()).dropEndpoint(r, c, deps));
  answer(api, deps, endpointRotate, async (r, c) => (await endpoints()).rotate(r, c, deps));
  answer(api, deps, endpointTest, async (r, c) => (await endpoints()).test(r, c, deps));
  answer(api, deps, deliveriesGet, async (r, c) => (await deliveries()).list(r, c, deps));
  answer(api, deps, deliveryReplayPost, async (r, c) => (await deliveries()).replay(r, c, deps));
  answer(api, deps, endpointReplayPost, async (r, c) =>
    (await deliveries()).replayWindow(r, c, deps),
  );
}
