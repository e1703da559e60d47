import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** What Stryker runs: tests of values, of the merge and of the plans, which take no longer than seconds. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    globalSetup: ['test/setup/temporary.ts'],
    setupFiles: ['test/setup/seed.ts'],
    include: [
      'test/{record,format}/*.test.ts',
      'test/merge/{golden,groups,merge-properties,tags,json-array,json-counted,json-file,json-key,json-line,json-text,data-file}.test.ts',
      'test/sync/{import-plan,export-plan,ancestry}.test.ts',
    ],
    // Without it, Stryker sees only what the last file of tests reaches.
    isolate: true,
    testTimeout: 60_000,
  },
});
