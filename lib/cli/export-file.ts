import { open, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { withProgress } from './progress.ts';
import { type Answer, MAX_REQUESTS, numberIn, type Remote } from './remote.ts';

const EVERY_MS = 2_000;

/**
 * Has a statement's file made, waits until it is, and takes it part by part, so that none of it but a part is in memory.
 * @param to where it is written; nothing may be there yet
 */
export async function takeFile(
  remote: Remote,
  { statementId, format, to }: { statementId: string; format: string; to: string },
): Promise<number> {
  const file = await open(to, 'wx');
  try {
    return await withProgress(async (progress) => {
      let made = await remote.post('/v1/exports', { of: 'statement', statementId, format });
      const path = `/v1/exports/${encodeURIComponent(String(made.exportId))}`;
      for (let asked = 0; made.status !== 'done'; asked += 1) {
        if (asked >= MAX_REQUESTS) throw new Error('It does not come to an end. Look at its page.');
        const { rows = 0, of = 0 } = (made.progress ?? {}) as { rows?: number; of?: number };
        progress.at(`${rows} / ${of}`, of === 0 ? undefined : rows / of);
        await sleep(EVERY_MS);
        made = await remote.get(path);
      }
      await takeParts(remote, path, made, (bytes) => file.write(bytes));
      return 0;
    });
  } catch (error) {
    // Part of a file looks like one.
    await rm(to, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

async function takeParts(
  remote: Remote,
  path: string,
  made: Answer,
  write: (bytes: Uint8Array) => Promise<unknown>,
): Promise<void> {
  let left = numberIn(made, 'bytes');
  for (let part = 1; part <= numberIn(made, 'parts'); part += 1) {
    const bytes = await remote.bytes(`${path}/file?part=${part}`);
    left -= bytes.length;
    await write(bytes);
  }
  if (left !== 0) throw new Error('The file is not as long as it says. Take it again.');
}
