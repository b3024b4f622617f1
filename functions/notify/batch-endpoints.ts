import {
  type Endpoint,
  type EndpointId,
  type EndpointSecrets,
  readEndpointSecrets,
  readEndpoints,
} from '../../lib/store/accounts/endpoints.ts';
import type { Table } from '../../lib/store/table.ts';

export interface BatchEndpoints {
  /** All of a provider's. */
  readonly of: (providerId: string) => Promise<readonly Endpoint[]>;
  readonly secretsOf: (id: EndpointId) => Promise<EndpointSecrets | undefined>;
}

/** Reads each provider's endpoints once: make a new one for each batch. */
export function endpointsOfBatch(table: Table): BatchEndpoints {
  const all = new Map<string, Promise<readonly Endpoint[]>>();
  const secrets = new Map<string, Promise<EndpointSecrets | undefined>>();
  return {
    of(providerId) {
      const read = all.get(providerId) ?? readEndpoints(table, providerId);
      all.set(providerId, read);
      return read;
    },
    secretsOf(id) {
      const key = JSON.stringify([id.providerId, id.endpointId]);
      const read = secrets.get(key) ?? readEndpointSecrets(table, id);
      secrets.set(key, read);
      return read;
    },
  };
}
