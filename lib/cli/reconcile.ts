import { setTimeout as sleep } from 'node:timers/promises';
import { print } from './print.ts';
import { withProgress } from './progress.ts';
import { type Answer, need, numberIn, type Remote, typedFor } from './remote.ts';
import type { Verb } from './verb.ts';

const DETAILS = `逐日比对平台自己的记录，补齐缺失。
Reads an app's days at its platform and takes in what no webhook brought: at
a first connection, or after an outage. The schedule reads every day by
itself. Exits with 3 when differences are open. It goes on in Hexiao when
this command is stopped: see status; wait shows its progress again.
`;

export const reconcile: Verb = { details: DETAILS, run };

const POLL_MS = 2_000;

/** So that a script can distinguish "they differ" from "no answer came". */
const DIFFERENT = 3;

async function run(args: readonly string[]): Promise<number> {
  const { values, positionals, remote } = typedFor(args, {
    integration: { type: 'string' },
    app: { type: 'string' },
    from: { type: 'string' },
    to: { type: 'string' },
    store: { type: 'string', multiple: true },
    'no-wait': { type: 'boolean', default: false },
  });
  const [what, given] = positionals;
  if (what !== undefined) {
    const path = pathOf(need(given, 'the reconciliation’s id'));
    if (what === 'wait') return endedWith(await ending(remote, path));
    print(what === 'cancel' ? await remote.post(`${path}/cancel`) : await remote.get(path));
    return 0;
  }
  const { reconciliationId } = await remote.post('/v1/reconciliations', {
    integration: need(values.integration, '--integration'),
    appKey: need(values.app, '--app'),
    from: need(values.from, '--from'),
    to: need(values.to, '--to'),
    ...(values.store === undefined ? {} : { stores: values.store }),
  });
  if (values['no-wait']) {
    print({ reconciliationId });
    return 0;
  }
  return endedWith(await ending(remote, pathOf(String(reconciliationId))));
}

function endedWith(ended: Answer): number {
  print(ended);
  if (ended.status !== 'done') return 1;
  return numberIn(ended, 'differences') === 0 ? 0 : DIFFERENT;
}

const pathOf = (id: string) => `/v1/reconciliations/${encodeURIComponent(id)}`;

async function ending(remote: Remote, path: string): Promise<Answer> {
  return withProgress(async (progress) => {
    for (;;) {
      const state = await remote.get(path);
      if (state.status !== 'running') return state;
      const total = numberIn(state, 'total');
      const share = total === 0 ? undefined : numberIn(state, 'done') / total;
      const counts = ['done', 'total', 'calls', 'found', 'repaired', 'differences', 'secondsLeft'];
      const words = counts.map((name) => `${name} ${numberOr(state[name])}`);
      progress.at(words.join('  '), share);
      await sleep(POLL_MS);
    }
  });
}

const numberOr = (value: unknown) => (typeof value === 'number' ? value : '-');
