import { parseArgs } from 'node:util';
import { need, print, REMOTE_OPTIONS, Remote } from './remote.ts';
import { ending, WINDOW_OPTIONS, windowOf } from './restate.ts';
import type { Verb } from './verb.ts';

const HELP = `npm run hexiao -- rebuild --platform P --merchant ID --from DAY --to DAY [--no-wait]
npm run hexiao -- rebuild status ID

  由事件重新计算分录与合计并核对。
  Computes entries and totals again from the events and compares; ends with 3 when they differ.
`;

export const rebuild: Verb = { help: HELP, run };

/** So that a script can tell "they differ" from "it could not be asked". */
const DIFFERENT = 3;

async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { ...REMOTE_OPTIONS, ...WINDOW_OPTIONS },
  });
  const remote = new Remote(values);
  if (positionals[0] === 'status') {
    const id = need(positionals[1], 'the rebuild’s id');
    print(await remote.get(`/v1/rebuilds/${encodeURIComponent(id)}`));
    return 0;
  }
  const { rebuildId } = await remote.post('/v1/rebuilds', windowOf(values));
  if (values['no-wait']) {
    print({ rebuildId });
    return 0;
  }
  const ended = await ending(remote, `/v1/rebuilds/${String(rebuildId)}`);
  print(ended);
  if (ended.status !== 'done') return 1;
  return ended.isEqual === true ? 0 : DIFFERENT;
}
