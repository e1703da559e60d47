import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { builtModule } from '../files/child.js';

// In a process of its own, for Node warns only when node:sqlite is loaded first.
it('lets no warning about node:sqlite reach the user, and every other one', () => {
  const script = `
    import { openDriver } from ${JSON.stringify(builtModule('store/drivers/open-driver.js'))};
    process.on('warning', ({ message }) => console.log(message));
    openDriver(':memory:').close();
    process.emitWarning('heard', 'ExperimentalWarning');`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' });
  expect(stdout).toBe('heard\n');
});
