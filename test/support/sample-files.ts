import { readdirSync, readFileSync } from 'node:fs';
import type * as z from 'zod';

/** The documented samples that an integration keeps beside its code: JSON, each with its source. */

export function sampleText(integration: string, name: string): string {
  return readFileSync(new URL(`${name}.json`, folderOf(integration)), 'utf8');
}

/** @throws ZodError where it does not fit */
export function sampleOf<T>(integration: string, name: string, schema: z.ZodType<T>): T {
  return schema.parse(JSON.parse(sampleText(integration, name)));
}

/** All whose names are meant, each with its name. */
export function samplesOf<T>(
  integration: string,
  schema: z.ZodType<T>,
  isMeant: (name: string) => boolean = () => true,
): (T & { readonly name: string })[] {
  return readdirSync(folderOf(integration))
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.replace(/\.json$/, ''))
    .filter(isMeant)
    .map((name) => ({ ...sampleOf(integration, name, schema), name }));
}

function folderOf(integration: string): URL {
  return new URL(`../../lib/integrations/${integration}/samples/`, import.meta.url);
}
