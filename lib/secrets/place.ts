import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { FetchVersion } from './aws.ts';

/** What a secret says now. @param place `file:///…` on one machine, else a secret of AWS Secrets Manager */
export async function textAt(place: string, fetchVersion: FetchVersion): Promise<string> {
  if (place.startsWith('file:')) return readFile(fileURLToPath(place), 'utf8');
  const text = await fetchVersion(place, 'AWSCURRENT');
  if (text === undefined) throw new Error('There is no secret of that name, or it has no value.');
  return text;
}

/** The client is loaded with the first secret that is read. */
export const lazyFetcher: FetchVersion = async (secretId, stage) => {
  const { versionFetcher } = await import('./aws.ts');
  return versionFetcher()(secretId, stage);
};
