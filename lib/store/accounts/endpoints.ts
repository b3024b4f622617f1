import * as z from 'zod';
import { idSchema } from '../../events/id.ts';
import { endpointsPartition, keys } from '../keys.ts';
import type { Table } from '../table.ts';

/**
 * Where a provider wants to be told of its facts. What opens a door stands apart from the rest (its secrets, and the
 * values of its headers), so that whoever only asks whether there is an endpoint reads none of it.
 */

export const endpointSchema = z.object({
  providerId: idSchema,
  endpointId: z.string(),
  kind: z.literal('webhook'),
  url: z.string(),
  /** Types of facts; `*` is all of them. */
  types: z.array(z.string()),
  /** Such as `douyin/6601`; none: all of the provider's. */
  stores: z.array(z.string()),
  /** Such as `douyin/7011`; none: all of the provider's. */
  merchants: z.array(z.string()),
  /** The names of its own headers. */
  headers: z.array(z.string()),
  disabled: z.boolean(),
  /** Why we disabled it ourselves: it said that it is gone (410), or nothing reached it for days. */
  disabledBecause: z.enum(['gone', 'failing']).nullable().default(null),
  /** Since when nothing was taken; null while it takes what comes. */
  failingSince: z.string().nullable().default(null),
  /** When it took something again after that. */
  recoveredAt: z.string().nullable().default(null),
  createdAt: z.string(),
  createdBy: z.string(),
});
export type Endpoint = z.infer<typeof endpointSchema>;

const secretsSchema = z.object({
  /** The newest first; one that was replaced signs beside it until its end. */
  secrets: z.array(z.object({ secret: z.string(), endsAtMs: z.int().nullable() })),
  /** Counts the changes of `secrets`. */
  edition: z.int(),
  headers: z.record(z.string(), z.string()),
});
export type EndpointSecrets = z.infer<typeof secretsSchema>;

export type EndpointId = Pick<Endpoint, 'providerId' | 'endpointId'>;

/** The secrets first: an endpoint that is listed can be called. */
export async function makeEndpoint(
  table: Table,
  endpoint: Endpoint,
  secrets: EndpointSecrets,
): Promise<void> {
  await table.put(keys.endpointSecrets(endpoint), secrets);
  await table.put(keys.endpoint(endpoint), endpoint);
}

export async function readEndpoint(table: Table, id: EndpointId): Promise<Endpoint | undefined> {
  const item = await table.get(keys.endpoint(id));
  return item === undefined ? undefined : endpointSchema.parse(item);
}

/** All of a provider's: a few. */
export async function readEndpoints(
  table: Table,
  providerId: string,
  consistent = true,
): Promise<Endpoint[]> {
  const endpoints: Endpoint[] = [];
  for await (const item of table.query(endpointsPartition(providerId), { consistent })) {
    endpoints.push(endpointSchema.parse(item));
  }
  return endpoints;
}

export async function readEndpointSecrets(
  table: Table,
  id: EndpointId,
): Promise<EndpointSecrets | undefined> {
  const item = await table.get(keys.endpointSecrets(id));
  return item === undefined ? undefined : secretsSchema.parse(item);
}

const THERE = { expression: 'attribute_exists(pk)' };

/** Changes what is named, and nothing else. @returns false where there is none */
export async function changeEndpoint(
  table: Table,
  id: EndpointId,
  changed: Partial<Omit<Endpoint, keyof EndpointId>>,
): Promise<boolean> {
  return table.set(keys.endpoint(id), changed, THERE);
}

/** We switch it off ourselves. @returns false where it was off, or is not there any more */
export async function disableEndpoint(
  table: Table,
  id: EndpointId,
  disabledBecause: NonNullable<Endpoint['disabledBecause']>,
): Promise<boolean> {
  return table.set(
    keys.endpoint(id),
    { disabled: true, disabledBecause },
    { expression: 'attribute_exists(pk) AND disabled = :no', values: { ':no': false } },
  );
}

/** Since when it fails, or that it does no more; not where another noted it first. @param read what was read of it */
export async function noteHealth(
  table: Table,
  id: EndpointId,
  read: string | null,
  health: Partial<Pick<Endpoint, 'failingSince' | 'recoveredAt'>>,
): Promise<boolean> {
  return table.set(keys.endpoint(id), health, {
    expression: 'attribute_exists(pk) AND failingSince = :read',
    values: { ':read': read },
  });
}

export async function changeEndpointHeaders(
  table: Table,
  id: EndpointId,
  headers: EndpointSecrets['headers'],
): Promise<boolean> {
  return table.set(keys.endpointSecrets(id), { headers }, THERE);
}

/** Of two at once one is made, by what each read. @returns false where somebody was faster, or there is none */
export async function replaceEndpointSecrets(
  table: Table,
  id: EndpointId,
  secrets: EndpointSecrets['secrets'],
  { edition }: Pick<EndpointSecrets, 'edition'>,
): Promise<boolean> {
  return table.set(
    keys.endpointSecrets(id),
    { secrets, edition: edition + 1 },
    { expression: 'edition = :read', values: { ':read': edition } },
  );
}

/** The endpoint first: nothing is sent to it any more. @returns false where there was none */
export async function deleteEndpoint(table: Table, id: EndpointId): Promise<boolean> {
  const was = await table.delete(keys.endpoint(id), THERE);
  await table.delete(keys.endpointSecrets(id));
  return was;
}
