import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';
import type { TestSpecification } from 'vitest/node';

/** Tests that start the built command, or other processes that load what was built; and those that take longest. */
const SLOW = [
  'test/{cli,git,simulation}/**/*.test.ts',
  'test/any-schema/{bags,clones,command-line,host,real-commands,versions-property}.test.ts',
  'test/robustness/{concurrency,kill,limits,restore,scale,synced,unseen}.test.ts',
  'test/knowledge/marks.test.ts',
  'test/sync/shared-conflicts.test.ts',
  'test/files/file-set.test.ts',
  'test/store/lock.test.ts',
  'test/store/builtin-warning.test.ts',
  'test/{documentation,examples,library-page,docs/commands}.test.ts',
];

const LONGEST = /\/test\/(?:simulation\/|docs\/commands|\w+\/kill)/;

/**
 * Starts what takes long first, or one core is idle while the other ends it. By default the longest text is first, and a simulation is a
 * few lines. Files of one project stay together: a worker starts anew for another one.
 */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project }: TestSpecification): number =>
      LONGEST.test(moduleId) ? 0 : project.name === 'slow' ? 1 : 2;
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

const settings = {
  setupFiles: ['test/setup/seed.ts'],
  pool: 'forks' as const,
  // No test changes what a module keeps, and loading the modules for each file takes longer than most files.
  isolate: false,
  testTimeout: 60_000,
  hookTimeout: 60_000,
};

export default defineConfig({
  test: {
    globalSetup: ['test/setup/temporary.ts', 'test/setup/children.ts'],
    // Without this, vitest picks another reporter when it believes that a program reads its output.
    reporters: ['default'],
    // By default one core is left idle. One worker more than cores has something to do while others wait for locks and the disk.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: LongFirst },
    projects: [
      { test: { ...settings, name: 'fast', include: ['test/**/*.test.ts'], exclude: SLOW } },
      { test: { ...settings, name: 'slow', include: SLOW } },
    ],
  },
});
