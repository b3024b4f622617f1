import { type Fault, secretRotated, TRANSPORT } from '../../sandbox-kit/faults.ts';
import type { Outgoing } from '../../sandbox-kit/player.ts';
import { signedForm } from './sign.ts';

interface Ours {
  readonly signKey: () => string;
  readonly nextId: () => string;
  readonly rotate: () => void;
}

/** No readable page lists codes, and no page says how a token of a store ends early: neither is here. */
export function misbehavioursOf({ signKey, nextId, rotate }: Ours): readonly Fault[] {
  return [
    ...TRANSPORT,
    secretRotated(rotate),
    {
      kind: 'repeated with another msgId',
      source: 'open: repetitions are not documented, nor whether they keep their msgId',
      sendsToo: (outgoing) =>
        signedAgain(outgoing, signKey(), ({ msgId, ...fields }) =>
          msgId === undefined ? undefined : { ...fields, msgId: nextId() },
        ),
    },
    {
      kind: 'message cut anew',
      source: 'transport: the signed text has no separators',
      sendsToo: (outgoing) =>
        signedAgain(outgoing, signKey(), ({ opBizCode, ...fields }) =>
          opBizCode === undefined
            ? undefined
            : { ...fields, [`opBizCode${opBizCode.slice(0, 2)}`]: opBizCode.slice(2) },
        ),
    },
    {
      kind: 'empty getconsumed',
      source: 'open: no page says what an outage behind a question answers',
      answers: ({ path }) =>
        path.endsWith('/receipt/getconsumed')
          ? () => Response.json({ code: 'OP_SUCCESS', msg: '', traceId: '-1', data: {} })
          : undefined,
    },
  ];
}

type Fields = Readonly<Record<string, string>>;

function signedAgain(
  outgoing: Outgoing,
  signKey: string,
  change: (fields: Fields) => Fields | undefined,
): Outgoing | undefined {
  const { sign: _sign, ...fields } = Object.fromEntries(new URLSearchParams(outgoing.body));
  const changed = change(fields);
  return changed && { ...outgoing, body: signedForm(signKey, changed) };
}
