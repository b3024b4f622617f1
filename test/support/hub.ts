import type { Hub } from '../../lib/cli/simulation.ts';
import { type HexiaoUnderTest, OPERATOR_TOKEN } from './hexiao.ts';

/** Hexiao as platforms and the operator see it, in process. */
export function hubOf(hexiao: HexiaoUnderTest): Hub {
  return {
    async post(path, { road, headers, body }) {
      const isTill = road === 'v1';
      const all = isTill ? { ...headers, authorization: `Bearer ${OPERATOR_TOKEN}` } : headers;
      const receiver = isTill ? hexiao.api : hexiao.ingest;
      const response = await receiver.request(path, { method: 'POST', headers: all, body });
      return { status: response.status, body: await response.text() };
    },
    async call(method, path, body) {
      const response = await hexiao.api.request(path, {
        method,
        headers: { authorization: `Bearer ${OPERATOR_TOKEN}` },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      if (response.status === 404) return undefined;
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
      return JSON.parse(text) as unknown;
    },
  };
}
