import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** What Stryker runs: the tests of the merge and of the plans, which take no longer than seconds. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    globalSetup: ['test/setup/temporary.ts'],
    setupFiles: ['test/setup/seed.ts'],
    include: [
      'test/merge/{golden,groups,merge-properties,tags,json-array,json-counted,json-file,data-file}.test.ts',
      'test/sync/{import-plan,export-plan,ancestry}.test.ts',
    ],
    isolate: false,
    testTimeout: 60_000,
  },
});
