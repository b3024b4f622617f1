import { expect, test } from 'vitest';
import { reversalWindowMs } from '../../lib/integrations/registry.ts';

const DAY_MS = 86_400_000;

test('a platform that reverses until the settlement has the longest of its windows, in ms', () => {
  const of = [
    { platform: 'kuaishou', reversalWindowMs: 3_600_000 },
    { platform: 'kuaishou', reversalWindowMs: { untilSettlementWithinMs: 45 * DAY_MS } },
    { platform: 'meituan', reversalWindowMs: 600_000 },
  ] as const;
  expect(reversalWindowMs('kuaishou', of)).toBe(45 * DAY_MS);
  expect(reversalWindowMs('meituan', of)).toBe(600_000);
  expect(reversalWindowMs('douyin', of)).toBe(0);
});
