import type { Answer } from '../integration.ts';

/** Source: kwaishop-digital-access-demo, CommonController. Heartbeats (`test`) are answered the same. */
export function acknowledge(): Answer {
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: '{"result":1}',
  };
}
