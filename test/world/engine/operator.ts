import type { Hub } from '../../../lib/cli/simulation.ts';
import type { WorldHub } from './hub.ts';
import { OPERATOR_TOKEN } from './workers.ts';

/** The API as its operator calls it, in process. */
export function operatorOf(hub: WorldHub): Hub {
  return {
    post: () => Promise.reject(new Error('the operator posts nothing')),
    async call(method, path, body) {
      const response = await hub.operator.request(path, {
        method,
        headers: { authorization: `Bearer ${OPERATOR_TOKEN}` },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      if (response.status === 404) return undefined;
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
      return JSON.parse(text) as unknown;
    },
  };
}

/** As the types of dead letters are shown of what the world puts on the queues. */
const NOT_OURS: ReadonlySet<string> = new Set(['unreadable', 'to come']);

const QUEUES = ['intake', 'attribution'] as const;

interface Pipeline {
  readonly idle: boolean;
  readonly queues: Readonly<Record<(typeof QUEUES)[number], { readonly dead: number }>>;
}

export async function pipelineOf(operator: Hub): Promise<Pipeline> {
  return (await operator.call('GET', '/v1/pipeline')) as Pipeline;
}

/** Sends what the workers gave up back to them. */
export async function redriveAll(operator: Hub, { queues }: Pipeline): Promise<void> {
  for (const queue of QUEUES) {
    if (queues[queue].dead > 0) await operator.call('POST', '/v1/dead-letters/redrive', { queue });
  }
}

/**
 * What stays dead though it was sent back again and again is dropped by a person, who says why.
 * @returns those among it that are messages of Hexiao's own
 */
export async function dropUnreadable(operator: Hub): Promise<string[]> {
  const ours: string[] = [];
  const reason = 'nobody knows this message';
  for (const queue of QUEUES) {
    const found = await operator.call('GET', `/v1/dead-letters?queue=${queue}`);
    const { letters } = found as { readonly letters: readonly { readonly type: string }[] };
    ours.push(...letters.map(({ type }) => type).filter((type) => !NOT_OURS.has(type)));
    await operator.call('POST', '/v1/dead-letters/drop', { queue, reason });
  }
  return ours;
}
