import { giveBack, type InHand, takeDeadLetters } from '../../lib/queue/dead-letters.ts';
import { isArchived, readHint } from '../../lib/store/deliveries/archive.ts';
import { isDropped } from '../../lib/store/deliveries/dropped.ts';
import type { Awaited } from '../../lib/store/privacy/erasures.ts';
import type { ApiDeps } from './deps.ts';

/** What is left of the request's time is for the table. */
const BUDGET_MS = 3_000;

/** An item holds many times as many; more dead letters than this are an outage. */
const MAX_LISTED = 1_000;

/**
 * Which deliveries an erasure has to wait for: those of its platform among the dead letters, whose bodies
 * may be encrypted and whoever's, and those awaited before that nobody has read or dropped yet. A redrive
 * takes one from the dead letters long before it is read, so the letters alone do not show it.
 */
export async function awaitedBy(
  { awaits }: Awaited,
  integrations: ReadonlySet<string>,
  deps: ApiDeps,
): Promise<Awaited> {
  const { letters, more } = await look(deps);
  const theirs = letters.filter(
    ({ letter: { type, integration } }) =>
      type === 'unreadable' ||
      ((type === 'delivery' || type === 'facts') &&
        (integration === null || integrations.has(integration))),
  );
  const named = theirs.flatMap(({ letter }) => letter.deliveryId ?? []);
  const open: string[] = [];
  for (const id of new Set([...awaits, ...named])) {
    if (named.includes(id) || !(await isOver(id, deps))) open.push(id);
  }
  const isUnnamed = theirs.some(({ letter }) => letter.deliveryId === null);
  return {
    awaits: open.slice(0, MAX_LISTED),
    awaitsOthers: more || isUnnamed || open.length > MAX_LISTED,
  };
}

/** Read, or waiting as a hint: both are in the table, where the erasure finds them. Or dropped. */
async function isOver(deliveryId: string, { table }: ApiDeps): Promise<boolean> {
  return (
    (await isArchived(table, deliveryId)) ||
    (await readHint(table, deliveryId)) !== undefined ||
    (await isDropped(table, deliveryId))
  );
}

async function look({ sqs, queues }: ApiDeps): Promise<{ letters: InHand[]; more: boolean }> {
  const { deadLetterUrl } = queues.intake;
  const deadlineMs = Date.now() + BUDGET_MS;
  const letters: InHand[] = [];
  try {
    for await (const batch of takeDeadLetters(sqs, deadLetterUrl, deadlineMs))
      letters.push(...batch);
  } finally {
    await giveBack(sqs, deadLetterUrl, letters);
  }
  return { letters, more: Date.now() >= deadlineMs };
}
