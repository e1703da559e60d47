import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/setup/temporary.ts'],
    // Without this, vitest picks another reporter when it believes that a program reads its output.
    reporters: ['default'],
    pool: 'forks',
    // By default one core is left idle, and on two cores that is half of the machine.
    maxWorkers: '100%',
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
