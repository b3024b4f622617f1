import * as z from 'zod';
import { print, printList } from './print.ts';
import { need, pairsOf, type Remote } from './remote.ts';
import { UsageError } from './verb.ts';

const wordsSchema = z.array(z.looseObject({ raw: z.string(), channel: z.string() }));
const answerSchema = z.object({ map: wordsSchema, words: wordsSchema });

/** `channels INTEGRATION/KEY [set WORD=CHANNEL…]`: an app's words, or its whole map. @returns the exit code */
export async function channels(
  remote: Remote,
  [app, what, ...pairs]: readonly (string | undefined)[],
  json: boolean | undefined,
): Promise<number> {
  const [integration = '', ...rest] = need(app, 'INTEGRATION/APP_KEY').split('/');
  const parts = [integration, need(rest.join('/'), 'INTEGRATION/APP_KEY')];
  const path = `/v1/channel-maps/${parts.map(encodeURIComponent).join('/')}`;
  if (what === undefined) {
    const columns = ['raw', 'channel', 'read', 'sentAt'];
    const found = answerSchema.parse(await remote.get(path));
    const sent = new Set(found.words.map(({ raw }) => raw));
    const words = [...found.words, ...found.map.filter(({ raw }) => !sent.has(raw))];
    printList({ words }, { rows: 'words', columns, json });
    return 0;
  }
  if (what !== 'set') throw new UsageError('Say nothing after the app, or set WORD=CHANNEL….');
  const words = pairsOf(pairs.filter((pair) => pair !== undefined));
  const map = Object.entries(words).map(([raw, channel]) => ({ raw, channel }));
  print(await remote.put(path, { map }));
  return 0;
}
