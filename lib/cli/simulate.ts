import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import {
  act,
  idsSince,
  type Player,
  type Random,
  seededRandom,
} from '../integrations/sandbox-kit/player.ts';
import { type SendCounts, Sender } from '../integrations/sandbox-kit/sender.ts';
import { serveApi } from '../integrations/sandbox-kit/server.ts';
import { createPlayer, PLAYED_INTEGRATIONS, playedMerchants } from '../integrations/sandboxes.ts';
import { type Progress, withProgress } from './progress.ts';
import { compare, type Hub, hubAt, pathOf, register, type Verdict } from './simulation.ts';
import { UsageError, type Verb } from './verb.ts';

const DETAILS = `Plays platforms against any running Hexiao: registers an app, merchants and
a provider, sells, redeems, reverses and refunds --rate times a second in
all, waits until nothing is on its way, and compares every voucher and the
totals with what is true. Its messages may get lost (--loss), come twice
(--duplicate) and out of order (--reorder); unacknowledged ones are repeated
on the platform's own schedule. Exits with 1 when something is missing,
extra or different; with --loss it says what was lost for good, and exits
with 0. --token is the operator's (--operator is the same). It writes
made-up merchants, so HEXIAO_URL and HEXIAO_TOKEN do not lead it.
`;

export const simulate: Verb = { details: DETAILS, run };

const chance = z
  .string()
  .regex(/^\d{1,3}(\.\d+)?%$/, 'is a percentage such as 5%')
  .transform((text) => Number(text.slice(0, -1)) / 100)
  .pipe(z.number().max(1));

const optionsSchema = z.object({
  operator: z.string({ error: 'is the operator’s token: give it' }).min(1),
  integration: z.enum(['all', ...PLAYED_INTEGRATIONS]).default('all'),
  url: z.url({ protocol: /^https?$/ }).default('http://127.0.0.1:8787'),
  rate: z.coerce.number().positive().max(10_000).default(50),
  seconds: z.coerce.number().positive().max(86_400).default(30),
  loss: chance.default(0),
  duplicate: chance.default(0),
  reorder: z.boolean().default(false),
  seed: z.coerce.number().int().default(1),
});
type Options = z.infer<typeof optionsSchema>;

interface Playing {
  readonly player: Player;
  readonly sender: Sender;
  readonly providerId: string;
  readonly stop: () => Promise<void>;
}

async function run(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  const hub = hubAt(options.url.replace(/\/+$/, ''), options.operator);
  await hub.call('GET', '/healthz');
  const startedAtMs = Date.now();
  const random = seededRandom(options.seed);
  const names = options.integration === 'all' ? PLAYED_INTEGRATIONS : [options.integration];
  const playing: Playing[] = [];
  try {
    // Fifteen digits of this run's own, so that it can be repeated on the same data.
    const nextId = idsSince(startedAtMs);
    for (const name of names) {
      playing.push(await join(name, { hub, options, random, nextId, startedAtMs }));
    }
    await withProgress(async (progress) => {
      await play(playing, options, random, progress);
      if (progress.isDrawn) progress.at('waiting until nothing is on its way', 1);
      await Promise.all(playing.map(({ sender }) => sender.finish()));
      await becomeIdle(hub);
    });
    let isRight = true;
    for (const one of playing) {
      const verdict = await compare(hub, one.player, one.providerId);
      process.stdout.write(report(one.player.integration, one.sender.counts, verdict));
      isRight &&= faultsOf(verdict).length === 0;
    }
    return isRight || options.loss > 0 ? 0 : 1;
  } finally {
    await Promise.all(playing.map(({ stop }) => stop()));
  }
}

/** @throws UsageError */
function readOptions(args: readonly string[]): Options {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ token: text, operator: text, integration: text, url: text, rate: text, seconds: text },
      ...{ loss: text, duplicate: text, seed: text },
      reorder: { type: 'boolean' },
    },
  });
  const { token: operator = values.operator, ...others } = values;
  const parsed = optionsSchema.safeParse({ ...others, operator });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const name = issue?.path.join('.') ?? '';
  throw new UsageError(`--${name === 'operator' ? 'token' : name}: ${issue?.message}`);
}

/** One platform, registered and listening. */
async function join(
  integration: string,
  {
    hub,
    options,
    random,
    nextId,
    startedAtMs,
  }: { hub: Hub; options: Options; random: Random; nextId: () => string; startedAtMs: number },
): Promise<Playing> {
  const merchants = playedMerchants(integration, nextId);
  const player = createPlayer(integration, { random, now: Date.now, nextId, merchants });
  const api = await serveApi(player.api);
  const providerId = `simulation-${startedAtMs}-${integration}`;
  try {
    await register(hub, player, { apiBaseUrl: api.url, providerId });
  } catch (error) {
    await api.stop();
    throw error;
  }
  const { loss, duplicate } = options;
  const sender = new Sender({
    post: (outgoing) => hub.post(pathOf(player, outgoing), outgoing),
    ...{ random, loss, duplicate, reorder: options.reorder ? 0.3 : 0 },
  });
  return { player, sender, providerId, stop: () => api.stop() };
}

async function play(
  playing: readonly Playing[],
  { rate, seconds }: Options,
  random: Random,
  progress: Progress,
): Promise<void> {
  const startedAtMs = Date.now();
  const acts = Math.round(rate * seconds);
  for (let done = 0; done < acts; done += 1) {
    const aheadMs = startedAtMs + (done * 1000) / rate - Date.now();
    if (aheadMs > 0) await sleep(aheadMs);
    const one = playing[done % playing.length];
    one?.sender.send(act(one.player, random));
    const played = Math.floor(done / rate);
    if (progress.isDrawn) progress.at(`${played} of ${seconds} s played`, done / acts);
  }
}

const pipelineSchema = z.looseObject({ idle: z.boolean() });

/** @throws when it is still busy after ten minutes */
async function becomeIdle(hub: Hub): Promise<void> {
  for (let tries = 0; tries < 1_200; tries += 1) {
    if (pipelineSchema.parse(await hub.call('GET', '/v1/pipeline')).idle) return;
    await sleep(500);
  }
  throw new Error('After ten minutes something is still on its way: see GET /v1/pipeline.');
}

function faultsOf({ missing, extra, differing }: Verdict): readonly string[] {
  return [...missing, ...extra, ...differing];
}

/** As many as one can look at. */
const SHOWN = 5;

function report(integration: string, counts: SendCounts, verdict: Verdict): string {
  const { sent, acknowledged, lost, retried, failed } = counts;
  const { vouchers, missing, extra, differing } = verdict;
  const line = Object.entries({
    ...{ sent, acknowledged, lost, retried, failed, vouchers },
    ...{ missing: missing.length, extra: extra.length, differing: differing.length },
  }).map(([name, count]) => `${name} ${count}`);
  const faults = faultsOf(verdict);
  const shown = faults.slice(0, SHOWN).map((fault) => `    ${fault}\n`);
  const more = faults.length > SHOWN ? `    … and ${faults.length - SHOWN} more\n` : '';
  return `${integration.padEnd(17)} ${line.join('  ')}\n${shown.join('')}${more}`;
}
