import { OPEN_PLATFORM_CODES } from '../../kit/kuaishou/codes.ts';
import {
  codeFaults,
  type Fault,
  secretRotated,
  TRANSPORT,
  tokenReplaced,
} from '../../sandbox-kit/faults.ts';
import { isReceivedAs } from './messages.ts';
import { signNotice } from './sign.ts';

interface Ours {
  readonly appSecret: () => string;
  readonly nextId: () => string;
  readonly rotate: () => void;
  /** Replaces the access token. @returns the one before */
  readonly endToken: () => string;
}

export function misbehavioursOf({ appSecret, nextId, rotate, endToken }: Ours): readonly Fault[] {
  return [
    ...TRANSPORT,
    ...codeFaults('busy', [OPEN_PLATFORM_CODES], answerOf),
    tokenReplaced('100200108', OPEN_PLATFORM_CODES, {
      endToken,
      answer: answerOf,
      tokenOf: async ({ url }) => new URL(url).searchParams.get('access_token'),
    }),
    secretRotated(rotate),
    {
      kind: 'repeated with another message_id',
      source: 'open: three repetitions are documented, and not whether they keep their message_id',
      sendsToo: (outgoing) => {
        const message_id = `message-${nextId()}`;
        const body = JSON.stringify({ ...(JSON.parse(outgoing.body) as object), message_id });
        const headers = { ...outgoing.headers, kwaisign: signNotice(appSecret(), body) };
        return { ...outgoing, body, headers, isReceived: isReceivedAs(message_id) };
      },
    },
  ];
}

const answerOf = (code: string) => ({ result: Number(code), error_msg: 'a word of theirs' });
