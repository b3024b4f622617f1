import { print } from './print.ts';
import { type Answer, need, typedFor } from './remote.ts';
import { ending, WINDOW_OPTIONS, windowOf } from './restate.ts';
import type { Verb } from './verb.ts';

const DETAILS = `由事件重新计算，包括门店、日、维度、复购、结算单；--mend 时修正。
Entries and every total (stores, days, dimensions, repeat purchases,
statements). --mend puts right what differs. Exits with 3 when something
differs and was not mended. It goes on in Hexiao when this command is
stopped: see status.
`;

export const rebuild: Verb = { details: DETAILS, run };

/** So that a script can distinguish "they still differ" from "no answer came". */
const DIFFERENT = 3;

async function run(args: readonly string[]): Promise<number> {
  const { values, positionals, remote } = typedFor(args, {
    ...WINDOW_OPTIONS,
    mend: { type: 'boolean', default: false },
  });
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
  return isRight(ended) ? 0 : DIFFERENT;
}

/** Equal, or all that differed was mended. An answer without its counts proves nothing. */
function isRight({ isEqual, differenceCount, mendedCount }: Answer): boolean {
  return isEqual === true || (typeof mendedCount === 'number' && differenceCount === mendedCount);
}
