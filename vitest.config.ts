import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    reporters: ['default', './test/integrations/matrix.ts'],
    // Two cores are the smallest machine we promise the tests on; each file starts its own emulators.
    maxWorkers: 2,
    // Only what hangs is cut off: how long a test may take is a matter of the machine and of who else is on it.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 240_000 } },
  },
});
