import * as z from 'zod';
import { keyedHash } from '../../crypto/hash.ts';
import { seal, unseal } from '../../crypto/seal.ts';
import {
  isInDoubt,
  type KeptToken,
  type Lease,
  type PlatformToken,
  type TokenPlace,
  type TokenStore,
} from '../../integrations/kit/token-store.ts';
import { keys } from '../keys.ts';
import type { Table } from '../table.ts';

/** How long after its end a token is kept, for whoever looks into what happened. */
const KEPT_AFTER_MS = 86_400_000;

const tokenSchema = z.object({
  accessToken: z.string(),
  refreshToken: z.string().nullable(),
  renewAtMs: z.number(),
  expiresAtMs: z.number(),
  refreshExpiresAtMs: z.number().nullable(),
}) satisfies z.ZodType<PlatformToken>;

const itemSchema = z.object({
  version: z.int(),
  /** Sealed: the token. Absent while there is only a lease. */
  sealed: z.custom<Uint8Array>((value) => value instanceof Uint8Array).optional(),
  leasedUntilMs: z.number(),
  isInDoubt: z.boolean(),
});

/**
 * Platforms' tokens in the table, each one item. It is sealed with the app's own secret that it comes from
 * (a registered refresh token, a client secret), and not with a key of the table: where Secrets Manager
 * keeps the apps' secrets, nobody who reads the table reads a token, and where the table keeps them, it
 * reveals nothing that it did not reveal before. The item's key is a keyed hash under the same secret.
 */
export class PlatformTokens implements TokenStore {
  private readonly table: Table;

  constructor(table: Table) {
    this.table = table;
  }

  async read(place: TokenPlace): Promise<KeptToken | undefined> {
    const found = await this.table.get(keyOf(place));
    if (found === undefined) return undefined;
    const { sealed, ...item } = itemSchema.parse(found);
    return { ...item, token: sealed === undefined ? undefined : open(place, sealed) };
  }

  async lease(
    place: TokenPlace,
    before: KeptToken | undefined,
    { holder, untilMs }: Lease,
    nowMs: number,
  ): Promise<boolean> {
    const fields = {
      ...{ version: before?.version ?? 0, holder },
      ...{ leasedUntilMs: untilMs, isInDoubt: isInDoubt(before) },
      // An item must not expire under whoever renews it.
      ...expiry(before?.token, untilMs),
    };
    const guard =
      before === undefined
        ? { expression: 'attribute_not_exists(pk)' }
        : {
            expression: '#version = :before AND leasedUntilMs <= :now',
            names: { '#version': 'version' },
            values: { ':before': before.version, ':now': nowMs },
          };
    return this.table.set(keyOf(place), fields, guard);
  }

  async giveBack(place: TokenPlace, { holder }: Lease): Promise<void> {
    const guard = { expression: 'holder = :holder', values: { ':holder': holder } };
    await this.table.set(keyOf(place), { leasedUntilMs: 0 }, guard);
  }

  async write(
    place: TokenPlace,
    token: PlatformToken,
    before: KeptToken | undefined,
  ): Promise<boolean> {
    const version = before?.version ?? 0;
    const fields = {
      ...{ version: version + 1, sealed: close(place, token), ends: endsOf(token) },
      ...{ leasedUntilMs: 0, isInDoubt: false, ...expiry(token, token.expiresAtMs) },
    };
    // Nothing stands there, or its lease, or what this one was renewed from.
    return this.table.put(keyOf(place), fields, {
      expression: 'attribute_not_exists(pk) OR #version = :before',
      names: { '#version': 'version' },
      values: { ':before': version },
    });
  }
}

const endsSchema = z.object({
  /** Epoch ms: until then it is good; it is renewed by itself before. */
  accessMs: z.number(),
  /** Epoch ms: until then it can be renewed; null: for ever, or with the app's own secret. */
  renewableMs: z.number().nullable(),
});
export type TokenEnds = z.infer<typeof endsSchema>;

function endsOf({ expiresAtMs, refreshExpiresAtMs }: PlatformToken): TokenEnds {
  return { accessMs: expiresAtMs, renewableMs: refreshExpiresAtMs };
}

/** When an app's tokens end; beside the sealed ones, so that no secret is needed to know it. */
export async function tokenEnds(
  table: Table,
  integration: string,
  appKey: string,
): Promise<TokenEnds[]> {
  const ends: TokenEnds[] = [];
  const { pk } = keys.platformToken(integration, appKey, '');
  for await (const item of table.query(pk, { consistent: false })) {
    if (item.ends !== undefined) ends.push(endsSchema.parse(item.ends));
  }
  return ends;
}

function keyOf({ integration, appKey, scope, secret }: TokenPlace) {
  const origin = keyedHash(secret, 'platform-token', integration, appKey, scope);
  return keys.platformToken(integration, appKey, origin);
}

/** None while a refresh token may be good for ever. */
function expiry(token: PlatformToken | undefined, atLeastMs: number): { expiresAt?: number } {
  const isEndless = token?.refreshToken != null && token.refreshExpiresAtMs === null;
  if (isEndless) return {};
  const endMs = Math.max(token?.refreshExpiresAtMs ?? 0, token?.expiresAtMs ?? 0, atLeastMs);
  return { expiresAt: Math.ceil((endMs + KEPT_AFTER_MS) / 1000) };
}

function close(place: TokenPlace, token: PlatformToken): Uint8Array {
  return seal(place.secret, whatOf(place), JSON.stringify(token));
}

function open(place: TokenPlace, sealed: Uint8Array): PlatformToken {
  return tokenSchema.parse(JSON.parse(unseal(place.secret, whatOf(place), sealed)));
}

/** Sealed for this place: a token that was put elsewhere does not open. */
function whatOf(place: TokenPlace): string {
  const { pk, sk } = keyOf(place);
  return `${pk}\n${sk}`;
}
