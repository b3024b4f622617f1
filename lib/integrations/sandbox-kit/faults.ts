import type { CodeTable } from '../kit/platform-error.ts';
import type { Outgoing } from './player.ts';

/**
 * How platforms misbehave while they are played. Each integration's sandbox lists its own kinds, and
 * those that every connection has are here. {@link misbehaving} does them.
 */

/** One kind, as a sandbox lists it. */
export interface Fault {
  readonly kind: string;
  readonly source: string;
  /**
   * Answers a call of ours otherwise. Undefined, before anything is done: the call does not concern it.
   * @param meet counts that it goes wrong, and decides whether it does
   */
  readonly answers?: (call: Call) => (() => Response | Promise<Response>) | undefined;
  /** A message that is sent as well, after the true one. Undefined: the message does not concern it. */
  readonly sendsToo?: (outgoing: Outgoing) => Outgoing | undefined;
  /** When it is switched. A fault with nothing else is done by the sandbox itself, and counts as gone wrong. */
  readonly switched?: (isOn: boolean) => void;
  /** It goes wrong each time while it is on, and by no chance. */
  readonly isCertain?: true;
}

/** A call of ours. */
export interface Call {
  readonly request: Request;
  readonly path: string;
  /** The platform's true answer; what the call does, it does. */
  readonly next: () => Promise<Response>;
}

/** What any connection may do. */
export const TRANSPORT: readonly Fault[] = [
  transport('HTTP 429', () => new Response('', { status: 429, headers: { 'retry-after': '1' } })),
  transport('HTTP 500', () => new Response('', { status: 500 })),
  transport('no JSON', () => new Response('<html>502 Bad Gateway</html>')),
  transport('closed connection', () => {
    throw new TypeError('the sandbox closed the connection');
  }),
  transport('answer lost', async ({ next }) => {
    await next();
    throw new TypeError('the sandbox did it, and closed the connection');
  }),
];

function transport(kind: string, answer: (call: Call) => Response | Promise<Response>): Fault {
  return { kind, source: 'transport', answers: (call) => () => answer(call) };
}

/**
 * Every number of the tables with one meaning, answered instead of doing anything.
 * @param answer undefined: this call is never answered so
 */
export function codeFaults(
  meaning: 'busy',
  tables: readonly CodeTable[],
  answer: (code: string, path: string) => object | undefined,
): readonly Fault[] {
  return codesMeaning(meaning, tables).map(([code, source]) => ({
    ...{ kind: `${meaning} ${code}`, source },
    answers: ({ path }) => {
      const instead = answer(code, path);
      return instead && (() => Response.json(instead));
    },
  }));
}

/**
 * Tokens that end before their time: what is called with the token of the first call is answered with the
 * number, until another token comes.
 * @param tokenOf undefined: this call has none
 */
export function tokenFaults(
  tables: readonly CodeTable[],
  tokenOf: (request: Request) => string | undefined,
  answer: (code: string) => object,
): readonly Fault[] {
  return codesMeaning('token', tables).map(([code, source]) => {
    let ended: string | undefined;
    return {
      ...{ kind: `token ended ${code}`, source, isCertain: true as const },
      switched: () => {
        ended = undefined;
      },
      answers: ({ request }) => {
        const token = tokenOf(request);
        if (token === undefined) return undefined;
        ended ??= token;
        return token === ended ? () => Response.json(answer(code)) : undefined;
      },
    };
  });
}

function codesMeaning(meaning: string, tables: readonly CodeTable[]): [string, string][] {
  const found = tables.flatMap(({ codes, source }) =>
    Object.keys(codes).flatMap((code) =>
      codes[code] === meaning ? [[code, source] as const] : [],
    ),
  );
  // The first table that has a number decides.
  return [...new Map(found.toReversed())];
}

export const SECRET_ROTATED = 'secret rotated';

/** The platform's secret is replaced: what it sends is signed with the new one from then on. */
export function secretRotated(rotate: () => void): Fault {
  return {
    kind: SECRET_ROTATED,
    source: 'open: no page says how long the one before stays good, so here it is not',
    switched: (isOn) => {
      if (isOn) rotate();
    },
  };
}

/**
 * An access token that only an operator can replace ends before its time: the platform refuses it with the
 * number until the new one is registered.
 */
export function tokenReplaced(
  code: string,
  { source }: CodeTable,
  how: {
    /** @returns the token that ended */
    readonly endToken: () => string;
    readonly answer: (code: string) => object;
    readonly tokenOf: (request: Request) => Promise<string | null>;
  },
): Fault {
  const ended = new Set<string>();
  return {
    ...{ kind: `token ended ${code}`, source, isCertain: true },
    switched: (isOn) => {
      if (isOn) ended.add(how.endToken());
    },
    answers: (call) => async () => {
      const token = await how.tokenOf(call.request.clone());
      return token !== null && ended.has(token) ? Response.json(how.answer(code)) : call.next();
    },
  };
}
