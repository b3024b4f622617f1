import { parseArgs } from 'node:util';
import { need, print, REMOTE_OPTIONS, Remote } from './remote.ts';
import { ending, WINDOW_OPTIONS, windowOf } from './restate.ts';
import type { Verb } from './verb.ts';

const HELP = `npm run hexiao -- rebuild --platform P --merchant ID --from DAY --to DAY [--mend] [--no-wait]
npm run hexiao -- rebuild status ID

  由事件重新计算分录与各级合计（门店、日、维度、复购、结算单）并核对；--mend 时修正。
  Computes entries and every total (stores, days, dimensions, repeat purchases, statements) again and
  compares; --mend puts right what differs. Ends with 3 when something differs and was not mended.
`;

export const rebuild: Verb = { help: HELP, run };

/** So that a script can tell "they differ still" from "it could not be asked". */
const DIFFERENT = 3;

async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...REMOTE_OPTIONS,
      ...WINDOW_OPTIONS,
      mend: { type: 'boolean', default: false },
    },
  });
  const remote = new Remote(values);
  if (positionals[0] === 'status') {
    const id = need(positionals[1], 'the rebuild’s id');
    print(await remote.get(`/v1/rebuilds/${encodeURIComponent(id)}`));
    return 0;
  }
  const { rebuildId } = await remote.post('/v1/rebuilds', {
    ...windowOf(values),
    mend: values.mend,
  });
  if (values['no-wait']) {
    print({ rebuildId });
    return 0;
  }
  const ended = await ending(remote, `/v1/rebuilds/${String(rebuildId)}`);
  print(ended);
  if (ended.status !== 'done') return 1;
  return ended.differenceCount === ended.mendedCount ? 0 : DIFFERENT;
}
