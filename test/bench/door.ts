import { createHash } from 'node:crypto';
import type { App } from '../../lib/integrations/kit/app.ts';
import type { Integration, SignedRequest } from '../../lib/integrations/kit/integration.ts';
import { findIntegration, integrationNames } from '../../lib/integrations/registry.ts';
import { seededRandom } from '../../lib/integrations/sandbox-kit/player.ts';
import { createPlayer, playedMerchants } from '../../lib/integrations/sandboxes.ts';
import { round } from './support/meter.ts';

/**
 * What it costs to know whose a message is and what it says: `verify` and `read` of each integration over the messages
 * of its sandbox, against one SHA-256 of the same bytes and one `JSON.parse` of them (of a form, its fields):
 * `npm run bench -- door [rounds=300]`. The least of five runs; processor time.
 */
export async function run(options: Readonly<Record<string, string>> = {}): Promise<object> {
  const rounds = Number(options.rounds ?? 300);
  return {
    rounds,
    rows: integrationNames().flatMap((name) => doorOf(findIntegration(name), rounds)),
  };
}

const RUNS = 5;
const SALES = 12;
const NOW_MS = Date.parse('2026-10-10T12:00:00+08:00');

interface Message {
  readonly request: SignedRequest;
  readonly about: string | undefined;
  readonly text: string;
}

function doorOf(integration: Integration | undefined, rounds: number): object[] {
  if (integration === undefined) return [];
  const { app, messages } = messagesOf(integration);
  const bytes = messages.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  if (messages.length === 0) return [{ integration: integration.name, messages: 0 }];
  const ours = () => {
    for (const { request, about } of messages) {
      if (!integration.verify(request, app, NOW_MS)) throw new Error(`${integration.name} refused`);
      integration.read(request.body, app, new Date(NOW_MS).toISOString(), about);
    }
  };
  const plain = () => {
    for (const { request, text } of messages) {
      createHash('sha256').update(request.body).digest('hex');
      plainly(text);
    }
  };
  const [oursMicros, plainMicros] = [ours, plain].map((work) => least(work, rounds));
  const each = (micros = 0) => round(micros / messages.length);
  return [
    {
      integration: integration.name,
      ...{ messages: messages.length, bytes: Math.round(bytes / messages.length) },
      ...{ micros: each(oursMicros), plainMicros: each(plainMicros) },
      toPlain: round((oursMicros ?? 0) / (plainMicros ?? 1)),
    },
  ];
}

function plainly(text: string): unknown {
  return text.startsWith('{') || text.startsWith('[')
    ? JSON.parse(text)
    : Object.fromEntries(new URLSearchParams(text));
}

/** Processor time of one round, in µs. */
function least(work: () => void, rounds: number): number {
  const runs = Array.from({ length: RUNS }, () => {
    const before = process.cpuUsage();
    for (let round = 0; round < rounds; round += 1) work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / rounds;
  });
  return Math.min(...runs);
}

function messagesOf(integration: Integration): { app: App; messages: Message[] } {
  let ids = 100_000_000_000_000;
  const nextId = () => {
    ids += 1;
    return String(ids);
  };
  const player = createPlayer(integration.name, {
    ...{ random: seededRandom(4), now: () => NOW_MS, nextId },
    merchants: playedMerchants(integration.name, nextId),
  });
  const { name, secrets, settings } = integration;
  const app: App = {
    ...{ integration: name, appKey: player.appKey, secrets: secrets.parse(player.secrets) },
    settings: settings.parse(player.settings('http://platform.test')),
  };
  const sent = Array.from({ length: SALES }, () => [...player.sell(), ...player.redeem()]).flat();
  const messages = sent
    .filter(({ road }) => road !== 'v1')
    .map(({ road, path, query, headers, body }): Message => {
      const spi = road === 'spi' ? { spi: path.replace(/^\//, '') } : {};
      const request: SignedRequest = {
        headers: new Map(Object.entries(headers).map(([key, value]) => [key.toLowerCase(), value])),
        query: new URLSearchParams(query),
        body: new Uint8Array(Buffer.from(body)),
        ...spi,
      };
      return { request, about: integration.about?.(request), text: body };
    });
  return { app, messages };
}
