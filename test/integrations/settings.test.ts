import { describe, expect, test } from 'vitest';
import { findIntegration, integrationNames } from '../../lib/integrations/registry.ts';

describe.each(integrationNames())('the settings of %s', (name) => {
  const settings = findIntegration(name)?.settings;

  test('are refused with a slip in a name, and taken with none', () => {
    expect(settings?.safeParse({}).success).toBe(true);
    expect(settings?.safeParse({ merchantId: 'm1' }).success).toBe(true);
    for (const slip of ['merchantID', 'enrichement', 'storeform', 'desk']) {
      expect(settings?.safeParse({ [slip]: 'none' }).success, slip).toBe(false);
    }
  });
});
