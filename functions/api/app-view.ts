import type { Context } from 'hono';
import { sha256Hex } from '../../lib/crypto/hash.ts';
import type { App, Secrets } from '../../lib/integrations/kit/app.ts';

/** A live secret as it may be shown: by the first 12 hex digits of its SHA-256, and since when it is live. */
interface Fingerprint {
  readonly fingerprint: string;
  /** Null where Secrets Manager keeps it. */
  readonly since: string | null;
}

export function fingerprintOf(secret: string): string {
  return sha256Hex(secret).slice(0, 12);
}

/** Newest first, by the names of the secrets. */
export function fingerprintsOf(
  secrets: Secrets,
  since: Readonly<Record<string, string>> = {},
): Record<string, Fingerprint[]> {
  return Object.fromEntries(
    Object.entries(secrets).map(([name, live]) => [
      name,
      live.map(fingerprintOf).map((fingerprint) => ({
        ...{ fingerprint, since: since[fingerprint] ?? null },
      })),
    ]),
  );
}

/** An app as the trail of changes keeps it. */
export function withoutSecrets(app: App) {
  const { secrets, settings, secretId, registeredAt, archivedAt, since } = app;
  return { settings, secretId, registeredAt, archivedAt, live: fingerprintsOf(secrets, since) };
}

/** What to paste into the platform's console. Either address takes both kinds. */
export function urlsOf(c: Context, integration: string, appKey: string) {
  const { origin } = new URL(c.req.url);
  const place = `${integration}/${encodeURIComponent(appKey)}`;
  return { webhookUrl: `${origin}/webhooks/${place}`, spiUrl: `${origin}/spi/${place}` };
}
