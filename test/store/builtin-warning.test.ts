import { expect, it } from 'vitest';
import { openDriver } from '../../src/store/drivers/open-driver.js';

// In a file of its own, for Node warns only when node:sqlite is loaded first in a process.
it('lets no warning about node:sqlite reach the user, and every other one', async () => {
  const warnings: string[] = [];
  process.on('warning', ({ message }) => warnings.push(message));
  openDriver(':memory:').close();
  process.emitWarning('heard', 'ExperimentalWarning');
  await new Promise((resolve) => setImmediate(resolve));
  expect(warnings).toEqual(['heard']);
});
