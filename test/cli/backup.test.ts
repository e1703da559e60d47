import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { Sandbox } from './helpers.js';
import type { JsonObject } from './helpers.js';

describe('backup and restore', () => {
  it('copy the database and bring it back, relative to -C', () => {
    const sandbox = new Sandbox();
    sandbox.ok(['init']);
    sandbox.ok(['put', 'memory', 'mem_1', 'key=a', 'value=before']);
    const copy = join(sandbox.root, 'copy.db');
    expect(sandbox.json(['backup', 'copy.db', '-C', sandbox.root])).toEqual({
      path: copy,
      size: readFileSync(copy).length,
    });
    sandbox.ok(['put', 'memory', 'mem_1', 'value=after']);
    const restored = sandbox.json(['restore', copy]) as { readonly path: string; readonly replaced: string };
    expect(restored.path).toBe(sandbox.db);
    expect(existsSync(restored.replaced)).toBe(true);
    const value = (db: string): unknown =>
      (sandbox.json(['get', 'memory', 'mem_1', '--db', db])['record'] as JsonObject)['value'];
    expect([value(sandbox.db), value(restored.replaced)]).toEqual(['before', 'after']);
  });

  it('overwrite nothing, and take no damaged file', () => {
    const sandbox = new Sandbox();
    sandbox.ok(['init']);
    const text = join(sandbox.root, 'text');
    writeFileSync(text, 'no database at all');
    expect(sandbox.error(['backup', text], 6)['code']).toBe('refused');
    expect(sandbox.error(['restore', text], 2)).toMatchObject({
      code: 'database',
      message: `${text} is no SQLite database, or is damaged`,
    });
    const nowhere = join(sandbox.root, 'none', 'x.db');
    expect(sandbox.error(['backup', nowhere], 8)['message']).toContain(nowhere);
    expect(sandbox.error(['restore', join(sandbox.root, 'none')], 8)['code']).toBe('io');
    expect(sandbox.error(['backup', join(sandbox.root, 'copy'), '--db', 'none.db'], 2)['code']).toBe('database');
    expect(readFileSync(text, 'utf8')).toBe('no database at all');
    expect(sandbox.json(['status'])).toBeDefined();
  });
});
