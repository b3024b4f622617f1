import type { App, Secrets, Settings } from '../../integrations/kit/app.ts';
import { type ReadSecrets, secretsReader } from '../../secrets/secrets.ts';
import { keys } from '../keys.ts';
import type { Item, Table } from '../table.ts';

/** The apps that operators register. Read on every webhook, so apart from all that has a schema. */

export async function putApp(table: Table, app: App): Promise<void> {
  const { integration, appKey } = app;
  // The list first: what is registered is listed.
  await table.put(keys.listedApp(integration, appKey), { integration, appKey }, null);
  await table.put(keys.app(integration, appKey), app, null);
}

/**
 * Changes what is named of an app, and nothing else of it.
 * @param archivedAt null: it is not archived any more
 * @returns false where there is none
 */
export async function changeApp(
  table: Table,
  { integration, appKey }: Pick<App, 'integration' | 'appKey'>,
  changed: { readonly settings?: Settings; readonly archivedAt?: string | null },
): Promise<boolean> {
  const there = { expression: 'attribute_exists(pk)' };
  return table.set(keys.app(integration, appKey), changed, there);
}

/** The names of every app that was ever registered. */
export async function* listedApps(
  table: Table,
): AsyncGenerator<{ integration: string; appKey: string }> {
  for await (const item of table.query(keys.listedApp('', '').pk, { consistent: false })) {
    yield { integration: String(item.integration), appKey: String(item.appKey) };
  }
}

/** When an app was registered first; undefined for one that is not registered. */
export async function readRegisteredAt(
  table: Table,
  integration: string,
  appKey: string,
): Promise<string | undefined> {
  const registeredAt = (await table.get(keys.app(integration, appKey)))?.registeredAt;
  return typeof registeredAt === 'string' ? registeredAt : undefined;
}

/** One for a process: its memory is what spares Secrets Manager a question for each webhook. */
let secretsOf: ReadSecrets | undefined;

/**
 * An app with its live secrets, from its item or from where its item says they are.
 * @throws when the item is not what `putApp` wrote, or its secret cannot be read
 */
export async function readApp(
  table: Table,
  integration: string,
  appKey: string,
): Promise<App | undefined> {
  const app = await readRegistered(table, integration, appKey);
  if (app?.secretId === undefined) return app;
  return { ...app, secrets: await readKeptSecrets(app.secretId) };
}

/** An app as it was registered: without its secrets, where Secrets Manager keeps them. */
export async function readRegistered(
  table: Table,
  integration: string,
  appKey: string,
): Promise<App | undefined> {
  const item = await table.get(keys.app(integration, appKey));
  return item === undefined ? undefined : toApp(item);
}

/** What Secrets Manager keeps. @throws when it is not there, or not of the form that an app has */
export async function readKeptSecrets(secretId: string): Promise<Secrets> {
  secretsOf ??= secretsReader();
  return secretsOf(secretId);
}

/** By hand, for a schema would bring the schema library into every cold start of `ingest`. */
function toApp(item: Item): App {
  const { integration, appKey, secrets, secretId, settings, registeredAt, since, archivedAt } =
    item;
  if (
    typeof integration !== 'string' ||
    typeof appKey !== 'string' ||
    !isSecrets(secrets) ||
    !isSettings(settings) ||
    !isTextOrNothing(secretId) ||
    !isTextOrNothing(registeredAt)
  ) {
    throw new Error(`the app ${item.pk} has another shape: register it again with PUT /v1/apps`);
  }
  return {
    ...{ integration, appKey, secrets, settings },
    ...(secretId === undefined ? {} : { secretId }),
    ...(registeredAt === undefined ? {} : { registeredAt }),
    ...(isInstants(since) ? { since } : {}),
    ...(typeof archivedAt === 'string' ? { archivedAt } : {}),
  };
}

/** Live secrets by name, newest first. */
function isSecrets(value: unknown): value is Secrets {
  return isRecord(value) && Object.values(value).every(isTexts);
}

function isInstants(value: unknown): value is Record<string, string> {
  return isRecord(value) && Object.values(value).every((one) => typeof one === 'string');
}

function isTextOrNothing(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string';
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((text) => typeof text === 'string');
}

function isSettings(value: unknown): value is Settings {
  return isRecord(value) && (value.enrichment === 'pull' || value.enrichment === 'none');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
