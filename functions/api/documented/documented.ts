import * as z from 'zod';
import type { ProblemCode } from '../../../lib/errors/problem.ts';
import type { Contract } from '../route.ts';

/**
 * What only readers need of a route. Nothing that is deployed imports this folder, so words and answer
 * schemas cost no function a byte; `npm run openapi` writes them down, and every answer that a test of
 * the API gets is held to them.
 */
export interface Documented {
  readonly contract: Contract;
  readonly tag: Tag;
  /** One line. */
  readonly summary: string;
  /** Markdown: paragraphs, `code` and links. */
  readonly description?: string;
  readonly answers: Readonly<Record<number, Answer>>;
  /** Beside those that every route of its kind may answer: see `problemsOf`. */
  readonly problems?: readonly ProblemCode[];
  /** Of the body where it is JSON. */
  readonly example?: object;
  /** Of a body that is not JSON: its media type, and an example. */
  readonly text?: { readonly type: string; readonly example: string };
}

export type Answer =
  /** JSON, with an example of it. */
  | { readonly json: z.ZodType; readonly example?: unknown }
  /** Another media type, or several. */
  | { readonly types: readonly string[]; readonly what: string; readonly json?: z.ZodType }
  /** Nothing but a header. */
  | { readonly what: string };

export const TAGS = [
  'platforms',
  'access',
  'registering',
  'contracts',
  'reading',
  'growth',
  'restating',
  'settling',
  'reconciling',
  'till',
  'running',
  'webhooks',
  'pages',
] as const;
export type Tag = (typeof TAGS)[number];

/** Every problem that a route may answer. */
export function problemsOf({ contract, problems = [] }: Documented): ProblemCode[] {
  const { who, params, query } = contract;
  // Every call refuses query parameters that it does not have.
  const isParsed = who !== 'anyone' || params !== undefined || query !== undefined;
  const common: ProblemCode[] = [
    ...(isParsed ? (['request-invalid'] as const) : []),
    ...(goesOn(contract) ? (['cursor-foreign'] as const) : []),
    ...(who === 'anyone'
      ? []
      : ([
          ...['token-missing', 'token-expired', 'token-revoked', 'role-forbidden'],
          'too-many-requests',
        ] as const)),
    // Another's `providerId`.
    ...(who === 'provider' || who === 'either' ? (['not-found'] as const) : []),
    // An id that is `.` or `..` makes another path of it.
    ...(params === undefined ? [] : (['not-found'] as const)),
    // Of its `Idempotency-Key`.
    ...(isRepeatable(contract) ? (['request-in-progress', 'idempotency-key-reused'] as const) : []),
    ...(contract.call.startsWith('GET') ? [] : (['body-too-large'] as const)),
    'internal',
  ];
  return [...new Set([...common, ...problems])];
}

/** Whether it takes a cursor, in its query or in its body. */
function goesOn({ query, body }: Contract): boolean {
  const named = (schema: z.ZodType | undefined): boolean => {
    if (schema instanceof z.ZodObject) return 'cursor' in schema.shape;
    return schema instanceof z.ZodUnion && schema.options.some((one) => named(one as z.ZodType));
  };
  return named(query) || named(body);
}

/** Whether it takes an `Idempotency-Key`. */
export function isRepeatable({ call, who }: Contract): boolean {
  return who !== 'anyone' && call.startsWith('POST');
}
