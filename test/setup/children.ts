import { existsSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

/** The built package. */
const BUILT = fileURLToPath(new URL('../../dist/', import.meta.url));
/** Where the package's own dependencies are found from. */
const BUNDLED = fileURLToPath(new URL('../../node_modules/.cache/children/', import.meta.url));

/** What tests load in processes of their own. */
const MODULES = [
  'index',
  'files/file-set',
  'savecontext/store',
  'store/drivers/open-driver',
  'store/lock',
  'sync/records',
  'sync/status',
];

/** Makes few files of the built modules that many processes load: each starts in half the time. */
export async function setup(): Promise<void> {
  // Tests must not run what was built once.
  if (!existsSync(`${BUILT}index.js`)) {
    rmSync(BUNDLED, { recursive: true, force: true });
    return;
  }
  const input = Object.fromEntries(MODULES.map((name) => [name, `${BUILT}${name}.js`]));
  const made = await rolldown({ input, platform: 'node', external: /^[^./]/ });
  const codeSplitting = { groups: [{ name: 'shared', minShareCount: 1 }] };
  await made.write({ dir: BUNDLED, format: 'esm', entryFileNames: '[name].js', codeSplitting });
  await made.close();
}
