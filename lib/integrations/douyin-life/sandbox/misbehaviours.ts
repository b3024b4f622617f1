import { GENERAL_CODES, LIFE_CODES } from '../../kit/douyin/codes.ts';
import {
  type Call,
  codeFaults,
  type Fault,
  secretRotated,
  TRANSPORT,
  tokenFaults,
} from '../../sandbox-kit/faults.ts';
import type { Outgoing } from '../../sandbox-kit/player.ts';
import type { Faults } from './faults.ts';

interface Ours {
  readonly faults: Faults;
  /** A message under another id, signed now. */
  readonly again: (outgoing: Outgoing) => Outgoing;
  readonly rotate: () => void;
}

const TABLES = [LIFE_CODES, GENERAL_CODES];

/** A redemption's own review of 48 h, which no query that is played here is answered with. */
const OF_REDEMPTIONS = '1229';

/** Nothing says how long records lag. After more than a minute Hexiao sets the message aside. */
const LAG_MS = 30_000;

const QUERIES = [
  ['certificate/query', 'certificates'],
  ['verify_record/query', 'records'],
  ['trade/order/query', 'orders'],
] as const;

export function misbehavioursOf({ faults, again, rotate }: Ours): readonly Fault[] {
  return [
    ...TRANSPORT,
    ...codeFaults('busy', TABLES, (code, path) =>
      isToken(path) || code === OF_REDEMPTIONS ? undefined : answerOf(code),
    ).filter(({ kind }) => kind !== `busy ${OF_REDEMPTIONS}`),
    ...tokenFaults(TABLES, (request) => request.headers.get('access-token') ?? undefined, answerOf),
    secretRotated(rotate),
    {
      kind: 'repeated with another Msg-Id',
      source: 'open: one id an entity and action is documented, and its log_id is not',
      sendsToo: again,
    },
    {
      kind: 'late records',
      source: 'open: no page says when certificate/query shows an act',
      switched: (isOn) => {
        faults.options.lag = isOn ? { ms: LAG_MS } : {};
      },
    },
    ...QUERIES.flatMap(([query, rows]): Fault[] => [
      {
        kind: `empty ${query}`,
        source: 'open: no page says what an outage behind a query answers',
        answers: on(query, rows, () => []),
      },
      {
        kind: `two rows ${query}`,
        source: 'transport: what is read in pages changes meanwhile',
        answers: on(query, rows, (all) => [...all, ...all]),
      },
    ]),
  ];
}

/** The message as the platform would repeat it under another id. */
export function repeated({ body }: Outgoing, id: string): { body: string; msgId: string } {
  const msgId = id.padStart(32, '0');
  const envelope = { ...(JSON.parse(body) as object), log_id: `021${id}`, msg_id: msgId };
  return { body: JSON.stringify(envelope), msgId };
}

/** Its numbers are its own. */
const isToken = (path: string) => path.startsWith('/oauth/');

function answerOf(code: string) {
  const failure = { error_code: Number(code), description: '系统繁忙,请稍候再试' };
  return { data: failure, extra: { ...failure, sub_error_code: 0, sub_description: '' } };
}

function on(query: string, rows: string, change: (all: readonly unknown[]) => unknown[]) {
  return ({ path, next }: Call) =>
    path.endsWith(`/${query}/`)
      ? async () => {
          const { data, ...rest } = (await (await next()).json()) as {
            data: Readonly<Record<string, unknown>>;
          };
          const all = data[rows];
          const changed = Array.isArray(all) ? { [rows]: change(all) } : {};
          return Response.json({ ...rest, data: { ...data, ...changed } });
        }
      : undefined;
}
