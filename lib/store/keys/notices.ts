import { escapeId as e, type Key } from './spelling.ts';

/** Where providers are told of their facts, and what came of it. */
export const noticeKeys = {
  endpoint: ({ providerId, endpointId }: EndpointRef): Key => ({
    pk: endpointsPartition(providerId),
    sk: e(endpointId),
  }),

  /** What the endpoint's requests are signed with. */
  endpointSecrets: ({ providerId, endpointId }: EndpointRef): Key => ({
    pk: `ENDPOINT-SECRETS#${e(providerId)}`,
    sk: e(endpointId),
  }),

  /** One fact for one endpoint, and what came of telling it. */
  notice: (notice: NoticeRef): Key => ({
    pk: noticesPartition(notice),
    sk: `${noticeTime(notice.atMs)}#${e(notice.factId)}`,
  }),

  /** One of them that is to be told again later, by when. */
  noticeDue: (dueAtMs: number, { endpointId, atMs, factId }: NoticeRef): Key => ({
    pk: noticesDuePartition(factId.at(-1) ?? '0'),
    sk: `${noticeTime(dueAtMs)}#${e(endpointId)}#${noticeTime(atMs)}#${e(factId)}`,
  }),
};

interface EndpointRef {
  readonly providerId: string;
  readonly endpointId: string;
}

interface NoticeRef extends EndpointRef {
  /** When the fact was noted, in epoch ms. */
  readonly atMs: number;
  readonly factId: string;
}

export const endpointsPartition = (providerId: string) => `ENDPOINT#${e(providerId)}`;

export const noticesPartition = ({ providerId, endpointId }: EndpointRef) =>
  `NOTICE#${e(providerId)}#${e(endpointId)}`;

/** @param shard the last hex digit of a fact's id */
export const noticesDuePartition = (shard: string) => `NOTICE-DUE#${shard}`;

/** Epoch ms as a text that sorts. */
export const noticeTime = (ms: number) => String(ms).padStart(15, '0');
