import { performance } from 'node:perf_hooks';

import { expect, it } from 'vitest';

import { findSecrets } from '../../src/secrets/find-secrets.js';

it('a scan leaves no notes behind, which all later ones would go through', async () => {
  const content = `token = ghp_${'a1B2'.repeat(9)}`;
  performance.clearMarks();
  for (let scan = 0; scan < 3; scan++) {
    const found = await findSecrets({ content, known: [] });
    expect(found).toEqual([{ at: 8, what: 'GITHUB_TOKEN (secretlint: github)' }]);
  }
  expect(performance.getEntriesByType('mark').map(({ name }) => name)).toEqual([]);
});
