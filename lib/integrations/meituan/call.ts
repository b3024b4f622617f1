import * as z from 'zod';
import type { JsonValue } from '../../json/parse.ts';
import { refusal } from '../kit/http.ts';
import { codeError, unknownShape } from '../kit/platform-error.ts';
import { Misfit } from '../kit/reading.ts';
import { withToken } from '../kit/renewal.ts';
import { wireId } from '../kit/wire.ts';
import type { AuthorizedStore, ClientContext } from './context.ts';
import { type MeituanSettings, tablesOf } from './settings.ts';
import { postSigned } from './signed-form.ts';
import { tokenFor } from './token.ts';

/** Who does it, for the platform's record only. */
export interface Account {
  readonly id: string;
  readonly name: string;
}

export interface Call {
  readonly businessId: string;
  readonly path: string;
  /** Sent as JSON, in this order. */
  readonly biz: object;
  /** A question about many vouchers, worth asking again where a code is not known. */
  readonly isQuestion?: boolean;
}

/** One signed call; its answer when it is a success. @throws PlatformError */
export async function callMeituan(
  { businessId, path, biz, isQuestion = false }: Call,
  store: AuthorizedStore,
  settings: MeituanSettings,
  context: ClientContext,
): Promise<JsonValue> {
  return withToken(
    (refused) => tokenFor(store, businessId, settings, { ...context, refused }),
    async (appAuthToken) => {
      const common = { charset: 'UTF-8', version: '2' };
      const fields = { ...common, appAuthToken, biz: JSON.stringify(biz) };
      const answer = await postSigned({ businessId, path, fields }, settings, context);
      return checked(path, answer, { settings, isQuestion });
    },
  );
}

/** Newer answers have a code, older ones (business 1) only `data` or `error`. */
const envelopeSchema = z.looseObject({
  code: z
    .union([z.int().transform(String), z.string().regex(/^\w{1,40}$/)])
    .nullish()
    .transform((code) => code ?? null),
  error: z.unknown().optional(),
  data: z.unknown().optional(),
});

function checked(
  what: string,
  json: JsonValue,
  { settings, isQuestion }: { readonly settings: MeituanSettings; readonly isQuestion: boolean },
): JsonValue {
  const envelope = envelopeSchema.safeParse(json).data;
  if (envelope === undefined) throw unknownShape(what);
  const { code, error, data } = envelope;
  if (code !== null && code !== 'OP_SUCCESS') {
    // No table of codes can be read: of a voucher's calls one that nobody knows is the platform's no.
    const shown = { code, isAct: !isQuestion, isRefusedUnlessKnown: !isQuestion };
    throw codeError(what, shown, tablesOf(settings));
  }
  if (error !== undefined && error !== null) throw refusal(`${what} answered an error`, 'error');
  if (code === null && (data === undefined || data === null)) throw unknownShape(what);
  return json;
}

const answerSchema = z.looseObject({ data: z.looseObject({}) });

/** `data.<name>`, where it is a list. */
export function listIn(answer: JsonValue, name: string): readonly unknown[] | null {
  const list = answerSchema.safeParse(answer).data?.data[name];
  return Array.isArray(list) ? list : null;
}

/** `data.<name>`, where it is an id. */
export function idIn(answer: JsonValue, name: string): string | null {
  return wireId.safeParse(answerSchema.safeParse(answer).data?.data[name]).data ?? null;
}

/** What an answer says. @throws PlatformError, retryable, that names the field which cannot be read */
export function readAnswer<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    throw unknownShape(`${what} (${error.message})`);
  }
}
