import { giveBack, type InHand, takeDeadLetters } from '../../lib/queue/dead-letters.ts';
import { isArchived } from '../../lib/store/deliveries/archive.ts';
import { isDropped } from '../../lib/store/deliveries/dropped.ts';
import { readHint } from '../../lib/store/deliveries/waiting-hints.ts';
import { theirHints, type Whose } from '../../lib/store/privacy/erase.ts';
import type { Awaited } from '../../lib/store/privacy/erasures.ts';
import type { ApiDeps } from './deps.ts';

/** For each of the two looks: what is left of the request's time is for the table. */
const BUDGET_MS = 2_000;

/** An item holds many times as many; more dead letters than this are an outage. */
const MAX_LISTED = 1_000;

/**
 * Which deliveries an erasure has to wait for: those of its platform among the dead letters, whose bodies
 * may be encrypted and whoever's; theirs that wait for the platform's answer; and those awaited before that
 * nobody has read or dropped yet. A redrive takes one from the dead letters long before it is read, so the
 * letters alone do not show it.
 */
export async function awaitedBy(
  { awaits }: Awaited,
  whose: Whose,
  deps: ApiDeps,
): Promise<Awaited> {
  const { integrations } = whose;
  const { letters, more } = await look(deps);
  const theirs = letters.filter(
    ({ letter: { type, integration } }) =>
      type === 'unreadable' ||
      ((type === 'delivery' || type === 'facts') &&
        (integration === null || integrations.has(integration))),
  );
  const named = theirs.flatMap(({ letter }) => letter.deliveryId ?? []);
  const open = [...named];
  const deadlineMs = Date.now() + BUDGET_MS;
  for await (const id of theirHints(deps.table, whose, deadlineMs)) open.push(id);
  const hasTime = Date.now() < deadlineMs;
  for (const id of awaits) if (!open.includes(id) && !(await isOver(id, deps))) open.push(id);
  const isUnnamed = theirs.some(({ letter }) => letter.deliveryId === null);
  return {
    awaits: [...new Set(open)].slice(0, MAX_LISTED),
    awaitsOthers: more || !hasTime || isUnnamed || open.length > MAX_LISTED,
  };
}

/**
 * Read or dropped. One that still waits for the platform's answer is neither, whatever is said of it: it may
 * be encrypted, and what comes of it is written later.
 */
async function isOver(deliveryId: string, { table }: ApiDeps): Promise<boolean> {
  if ((await readHint(table, deliveryId)) !== undefined) return false;
  return (await isArchived(table, deliveryId)) || (await isDropped(table, deliveryId));
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
