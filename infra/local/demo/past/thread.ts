import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import * as z from 'zod';
import { bodyKeysAt } from '../../../../lib/secrets/body-keys.ts';
import { type PastOptions, playPast } from './past.ts';

/** Of a thread of its own, so that whoever looks at the console meanwhile does not wait. */

export const pastOrderSchema = z.object({
  today: z.iso.date(),
  days: z.int().min(1).max(366),
  bodyKeysFile: z.string(),
});
export type PastOrder = z.infer<typeof pastOrderSchema>;

const CHUNK = 500;

if (parentPort !== null) {
  const { bodyKeysFile, ...options } = pastOrderSchema.parse(workerData);
  const bodyKeys = bodyKeysAt(pathToFileURL(bodyKeysFile).href);
  const table = await playPast({ ...options, untilMs: Date.now(), bodyKeys } satisfies PastOptions);
  const items = [...table.items.values()].flatMap((partition) => partition.all());
  for (let at = 0; at < items.length; at += CHUNK) {
    parentPort.postMessage(items.slice(at, at + CHUNK));
  }
  parentPort.close();
}
