import fc from 'fast-check';

// The same cases in each run, so that a change fails for what it changes. TEST_SEED=random looks for new ones.
const { TEST_SEED = '1' } = process.env;
if (TEST_SEED !== 'random') fc.configureGlobal({ seed: Number(TEST_SEED) });
