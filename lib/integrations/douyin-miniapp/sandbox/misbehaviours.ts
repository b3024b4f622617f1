import { GENERAL_CODES, TRADE_CODES } from '../../kit/douyin/codes.ts';
import {
  codeFaults,
  type Fault,
  secretRotated,
  TRANSPORT,
  tokenFaults,
} from '../../sandbox-kit/faults.ts';
import type { Outgoing } from '../../sandbox-kit/player.ts';

interface Ours {
  /** The headers of a body, stamped now. */
  readonly signed: (body: string) => Outgoing['headers'];
  readonly rotate: () => void;
}

const TABLES = [TRADE_CODES, GENERAL_CODES];

export function misbehavioursOf({ signed, rotate }: Ours): readonly Fault[] {
  return [
    ...TRANSPORT,
    ...codeFaults('busy', TABLES, (code, path) => (isToken(path) ? undefined : answerOf(code))),
    ...tokenFaults(TABLES, (request) => request.headers.get('access-token') ?? undefined, answerOf),
    secretRotated(rotate),
    {
      kind: 'repeated with another stamp',
      source: 'open: repetitions are documented, and not whether they are stamped anew',
      sendsToo: (outgoing) => ({ ...outgoing, headers: signed(outgoing.body) }),
    },
    {
      kind: 'empty delivery_prepare',
      source: 'open: no page says what an outage behind a question answers',
      answers: ({ path, next }) =>
        path.endsWith('/delivery_prepare') ? async () => withoutPieces(await next()) : undefined,
    },
  ];
}

/** Its numbers are its own. */
const isToken = (path: string) => path.startsWith('/oauth/');

const answerOf = (code: string) => ({ err_no: Number(code), err_msg: '系统繁忙,请稍候再试' });

async function withoutPieces(answer: Response): Promise<Response> {
  const { data, ...rest } = (await answer.json()) as { data?: object };
  return Response.json(
    data === undefined ? rest : { ...rest, data: { ...data, certificates: [] } },
  );
}
