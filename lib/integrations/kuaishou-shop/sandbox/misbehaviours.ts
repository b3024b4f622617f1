import { OPEN_PLATFORM_CODES, SHOP_CODES } from '../../kit/kuaishou/codes.ts';
import {
  codeFaults,
  type Fault,
  secretRotated,
  TRANSPORT,
  tokenReplaced,
} from '../../sandbox-kit/faults.ts';
import { openMessage, sealMessage } from './seal.ts';
import { SANDBOX_METHODS } from './server.ts';

interface Ours {
  readonly messageSecret: () => string;
  readonly nextId: () => string;
  readonly rotate: () => void;
  /** Replaces the access token. @returns the one before */
  readonly endToken: () => string;
}

/** Of refunds alone. */
const OF_REFUNDS = new Set(['300014', '300017']);

export function misbehavioursOf({
  messageSecret,
  nextId,
  rotate,
  endToken,
}: Ours): readonly Fault[] {
  return [
    ...TRANSPORT,
    ...codeFaults('busy', [SHOP_CODES, OPEN_PLATFORM_CODES], (code, path) =>
      OF_REFUNDS.has(code) && path !== SANDBOX_METHODS.refund.path ? undefined : answerOf(code),
    ),
    tokenReplaced('100200108', OPEN_PLATFORM_CODES, {
      endToken,
      answer: answerOf,
      tokenOf: async (request) => {
        const isGet = request.method === 'GET';
        const text = isGet ? new URL(request.url).search : await request.text();
        return new URLSearchParams(text).get('access_token');
      },
    }),
    secretRotated(rotate),
    {
      kind: 'empty order query',
      source: 'open: which methods report orders, and how they fail, is in the console alone',
      answers: ({ path }) =>
        path === SANDBOX_METHODS.order.path
          ? () => Response.json({ result: 1, data: {} })
          : undefined,
    },
    {
      kind: 'repeated with another msgId',
      source: 'open: five repetitions are documented, and not whether they keep their msgId',
      sendsToo: (outgoing) => {
        const opened = openMessage(messageSecret(), outgoing.body);
        const msgId = `84_${nextId()}`;
        const again = { ...(JSON.parse(opened) as object), msgId, eventId: `again_${msgId}` };
        return { ...outgoing, body: sealMessage(messageSecret(), JSON.stringify(again)) };
      },
    },
  ];
}

const answerOf = (code: string) => ({ result: Number(code), error_msg: 'a word of theirs' });
