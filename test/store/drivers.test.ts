import { createRequire } from 'node:module';
import { join } from 'node:path';
import type BetterSqlite3 from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { Database } from '../../src/store/database.js';
import { fromBetterSqlite3 } from '../../src/store/drivers/better-sqlite3.js';
import { hasBuiltin, openBuiltin } from '../../src/store/drivers/builtin.js';
import { openDriver } from '../../src/store/drivers/open-driver.js';
import { openPhotostructure } from '../../src/store/drivers/photostructure.js';
import { conformance } from './conformance.js';
import { temporaryFolder, thrownBy } from './helpers.js';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const withBuiltin = major >= 24 || (major === 22 && minor >= 16);

conformance('@photostructure/sqlite', openPhotostructure);

if (withBuiltin) conformance('node:sqlite', openBuiltin);

const openBetterSqlite3 = betterSqlite3();
if (openBetterSqlite3 === undefined)
  describe.skip('better-sqlite3 is not installed or not for this Node', () => undefined);
else conformance('better-sqlite3', openBetterSqlite3);

/** It is for the user to install, and its current version ends the process of Node 20. */
function betterSqlite3(): ((path: string) => Database) | undefined {
  if (major < 22) return undefined;
  try {
    const Connection = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite3;
    return (path) => fromBetterSqlite3(new Connection(path));
  } catch {
    return undefined;
  }
}

describe('openDriver', () => {
  it('works, whatever the running Node has', () => {
    expect(hasBuiltin()).toBe(withBuiltin);
    const database = openDriver(':memory:');
    database.exec('CREATE TABLE t (x)');
    database.close();
  });

  it('makes no file when it may only read', () => {
    const missing = join(temporaryFolder(), 'test.db');
    for (const open of [openDriver, openPhotostructure]) {
      expect(thrownBy(() => open(missing, { readOnly: true }))).toMatchObject({ code: 'io' });
    }
  });
});

describe('openBuiltin', () => {
  it.skipIf(withBuiltin)('says what is missing where Node has none', () => {
    expect(thrownBy(() => openBuiltin(':memory:'))).toMatchObject({ code: 'database' });
  });
});

describe('openPhotostructure', () => {
  it('refuses text that the driver would cut', () => {
    const database = openPhotostructure(':memory:');
    expect(() => database.prepare('SELECT ?').get('a\0b')).toThrow(TypeError);
    database.close();
  });
});
