import * as z from 'zod';
import { givenId } from '../../events/id.ts';
import { parseTemplate, TEMPLATE_HELP } from './store-template.ts';

/** Live secrets by name, newest first. */
export type Secrets = Readonly<Record<string, readonly string[]>>;

/**
 * A field of the platform's that carries the store, whole or at a place that a template names:
 * `{"field":"attach","template":"shop={store}"}`. No regular expression: see `store-template.ts`.
 */
export const storeFromSchema = z.strictObject({
  field: z.string().min(1).max(64),
  template: z
    .string()
    .max(200)
    .refine((text) => parseTemplate(text) !== undefined, TEMPLATE_HELP)
    .optional(),
});

/**
 * Where a platform's API is: paths are put behind it. A name and password in it would be one more
 * secret, of which error texts and logs know nothing.
 */
export const apiUrlSchema = z
  .url({ protocol: /^https?$/ })
  .max(512)
  .refine((url) => !/[?#]/.test(url), 'must end before any ? or #')
  .refine(hasNoLogin, 'must not hold a name and password');

export const settingsSchema = z.looseObject({
  /** The integration's default when absent. */
  apiBaseUrl: apiUrlSchema.optional(),
  /** `pull`: ask the platform for the facts behind a hint. `none`: book what the hint alone says. */
  enrichment: z.enum(['pull', 'none']),
  /** The merchant of an app that belongs to one, where no message names it. */
  merchantId: givenId().optional(),
  /**
   * The first day, YYYY-MM-DD in Asia/Shanghai, whose facts are this app's. Absent: 400 days before it was
   * registered. What is reported of an earlier time is set aside.
   */
  factsSince: z.iso.date().optional(),
  /** How often the app may call, in parts of what the platform's pages say: 1 when absent, more where it granted more. */
  rateFactor: z.number().min(0.01).max(1_000).optional(),
  /** Where a store stands that no field of its own names. */
  storeFrom: storeFromSchema.optional(),
  /** `known`: the till redeems at registered stores of the merchant only. `any`: at whatever store it names. */
  tillStores: z.enum(['known', 'any']).optional(),
});
export type Settings = Readonly<z.infer<typeof settingsSchema>>;

/**
 * An integration's settings: those of every app and its own. Strict: a setting with a slip in its name
 * must not be taken for granted.
 * @param enrichment what an app does that does not say: `none` where no message is a hint
 */
export function settingsWith<S extends z.ZodRawShape>(enrichment: 'pull' | 'none', own: S) {
  return z.strictObject({
    ...settingsSchema.shape,
    enrichment: z.enum(['pull', 'none']).default(enrichment),
    ...own,
  });
}

/** One set of credentials at one integration, found by both names. */
export interface App {
  readonly integration: string;
  readonly appKey: string;
  readonly secrets: Secrets;
  readonly settings: Settings;
  /** Where Secrets Manager keeps the secrets; `secrets` is then empty in the table. */
  readonly secretId?: string;
  /** When it was registered first: facts far older are none of its own. */
  readonly registeredAt?: string;
  /** Since when it is archived: what comes is booked as before, and nothing is called for it. */
  readonly archivedAt?: string;
  /** Since when each live secret is, by its fingerprint. */
  readonly since?: Readonly<Record<string, string>>;
}

/** A secret as operators write it: one, or the live ones newest first, none empty. */
export const liveSecretSchema = z
  .union([z.string().min(1), z.array(z.string().min(1)).min(1).max(5)])
  .transform((value) => (typeof value === 'string' ? [value] : value));

/** Secrets by name, without the names that have none. */
export function presentOnly(all: Readonly<Record<string, string[] | undefined>>): Secrets {
  const present = Object.entries(all).flatMap(([name, live]) => (live ? [[name, live]] : []));
  return Object.fromEntries(present) as Secrets;
}

/**
 * Secrets of which some have names of their own and the rest are tokens, each of a store or a merchant:
 * `<token>:<id>`, or `<token>` for all of them.
 */
export function secretsWithTokens(
  names: readonly string[],
  tokens: readonly string[],
  of: string,
): z.ZodType<Secrets> {
  const token = new RegExp(`^(?:${tokens.join('|')})(?::.{1,128})?$`);
  const all = [...names, ...tokens.map((name) => `${name}:<${of}>`)];
  const isKnown = (name: string) => names.includes(name) || token.test(name);
  return z
    .record(z.string(), liveSecretSchema)
    .refine((secrets) => Object.keys(secrets).every(isKnown), `are ${all.join(', ')}`);
}

function hasNoLogin(url: string): boolean {
  const parsed = URL.parse(url);
  return parsed !== null && parsed.username === '' && parsed.password === '';
}
