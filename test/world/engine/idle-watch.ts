import { SHARDS } from '../../../lib/store/keys.ts';
import type { Clock } from './clock.ts';
import type { WorldHub } from './hub.ts';
import { OPERATOR_TOKEN } from './workers.ts';

const HEADERS = { authorization: `Bearer ${OPERATOR_TOKEN}` };

/**
 * Asks the API in the middle of everything whether nothing is on its way. Where it says so, nothing may be left that
 * came of what Hexiao had taken before the question.
 * @returns what is wrong; undefined where the answer is right, or there was none
 */
export async function askWhetherIdle(hub: WorldHub, clock: Clock): Promise<string | undefined> {
  const beganMs = clock.nowMs;
  const waitsBefore = hintsOf(hub);
  const { status, body } = await hub.request('api', '/v1/pipeline', {
    method: 'GET',
    headers: HEADERS,
  });
  if (status !== 200 || !(JSON.parse(body) as { idle: boolean }).idle) return undefined;
  const left = hub.queues.sentBefore(beganMs);
  const waiting = [...hintsOf(hub)].filter((hint) => waitsBefore.has(hint));
  if (left.length === 0 && waiting.length === 0) return undefined;
  return `it said idle with ${left.length} messages and ${waiting.length} hints on their way: ${left[0]}`;
}

function hintsOf({ table }: WorldHub): Set<string> {
  return new Set(
    SHARDS.flatMap((shard) => (table.items.get(`HINT#${shard}`)?.all() ?? []).map(({ sk }) => sk)),
  );
}
