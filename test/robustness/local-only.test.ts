import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';

import { acceptSettings } from '../../src/sync/accepted-settings.js';

import { FileSet } from '../../src/files/file-set.js';
import { savecontext } from '../../src/savecontext/registry.js';
import { thrownBy } from '../files/thrown.js';
import { add, file, filesIn, line, makeWorld, temporaryFiles } from './world.js';
import type { World } from './world.js';

const MARKER = 'LOCALONLY';

/** Puts marked values into every column and table that must stay in the database; gives their names. */
function plant(world: World): readonly string[] {
  const { sql } = world.store;
  sql.exec('PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON');
  const planted: string[] = [];
  for (const entity of savecontext.entities) {
    for (const [column, { role }] of Object.entries(entity.fields)) {
      if (role !== 'local') continue;
      planted.push(`${entity.table}.${column}`);
      sql.run(`UPDATE ${entity.table} SET ${column} = ?`, `${MARKER} ${entity.table}.${column}`);
    }
  }
  for (const table of savecontext.localTables) {
    const columns = sql.all(`SELECT name FROM pragma_table_info(?) WHERE type LIKE '%TEXT%' OR type = 'BLOB'`, table);
    const all = sql.all(`SELECT name FROM pragma_table_info(?)`, table).map(([name]) => String(name));
    if (columns.length === 0) continue;
    planted.push(table);
    const marked = new Set(columns.map(([name]) => String(name)));
    const values = all.map((name, n) => (marked.has(name) ? `${MARKER} ${table}.${name}` : n));
    sql.run(`INSERT INTO ${table} (${all.join(', ')}) VALUES (${all.map(() => '?').join(', ')})`, ...values);
  }
  sql.run(`INSERT INTO project_memory (id, project_path, key, value, created_at, updated_at)
           VALUES ('elsewhere', '/elsewhere', 'k', '${MARKER} another project', 1, 1)`);
  sql.run(`UPDATE scsync_records SET seq = seq + (SELECT max(seq) FROM scsync_records)`);
  return planted;
}

/** No file in the folder, and none that was left in the system's temporary folder, has a marker. */
function expectNoMarker(world: World, temporary: string): void {
  for (const [name, bytes] of Object.entries({ ...filesIn(world.dir), ...filesIn(temporary) })) {
    expect(bytes.includes(MARKER), name).toBe(false);
  }
}

function filled(): World {
  const world = makeWorld();
  add.session(world, 's1');
  add.issue(world, 'i1');
  add.item(world, 'c1');
  add.memory(world, 'm1');
  add.time(world, 't1');
  world.insert('checkpoints', { id: 'k1', session_id: 's1', name: 'n', created_at: 1 });
  return world;
}

describe('P19: what is local never leaves the database', () => {
  let temporary = '';
  beforeEach(() => {
    temporary = mkdtempSync(join(tmpdir(), 'local-'));
    const before = process.env['SQLITE_TMPDIR'];
    process.env['SQLITE_TMPDIR'] = temporary;
    return () => {
      rmSync(temporary, { recursive: true, force: true });
      if (before === undefined) delete process.env['SQLITE_TMPDIR'];
      else process.env['SQLITE_TMPDIR'] = before;
    };
  });

  it('plants something in every local column and table', () => {
    const planted = plant(filled());
    expect(planted).toContain('context_items.embedding_status');
    expect(planted).toContain('sessions.user_id');
    expect(planted).toContain('sessions.synced_at');
    expect(planted).toEqual(expect.arrayContaining(['agent_sessions', 'file_cache', 'events', 'embeddings_meta']));
  });

  it('by an export, incremental, full, absolute, or by force', () => {
    const world = filled();
    plant(world);
    expect(world.export().total.written).toBe(6);
    expectNoMarker(world, temporary);
    world.export({ full: true });
    world.write('sync.json', '{"paths":"absolute"}');
    acceptSettings(world.store, { projectPath: world.project, dir: world.dir });
    expect(world.export().total.written).toBe(6);
    expectNoMarker(world, temporary);
    world.write('issues.jsonl', file(line('issue', 'i1', { title: 'theirs' }, '2099-01-01T00:00:00Z')));
    const { history } = world.export({ full: true, force: true });
    expect(existsSync(history ?? '')).toBe(true);
    expectNoMarker(world, temporary);
  });

  it('by an export that fails at any of its steps, at the moment when it fails', () => {
    const world = filled();
    plant(world);
    const stage = vi.spyOn(FileSet.prototype, 'stage');
    const sync = vi.spyOn(FileSet.prototype, 'sync').mockImplementation(() => {
      expectNoMarker(world, temporary);
      expect(temporaryFiles(world.dir)).not.toEqual([]);
      throw new Error('no sync');
    });
    onTestFinished(() => {
      stage.mockRestore();
      sync.mockRestore();
    });
    expect(() => world.export()).toThrow('no sync');
    const steps = stage.mock.calls.map(([name]) => name);
    sync.mockRestore();
    expect(steps).toContain('context_items.jsonl');
    expectNoMarker(world, temporary);
    world.store.sql.run(`UPDATE issues SET closed_at = 'bad'`);
    expect(thrownBy(() => world.export()).message).not.toContain(MARKER);
    expectNoMarker(world, temporary);
  });

  it('by import and sync, into files, journal or messages', () => {
    const world = filled();
    plant(world);
    world.sync();
    world.write('issues.jsonl', file(line('issue', 'i1', { title: 'theirs' }, '2099-01-01T00:00:00Z')));
    world.write('context_items.jsonl', file(line('context_item', 'c1', { value: 'theirs' }, '2099-01-01T00:00:00Z')));
    world.store.sql.run(`UPDATE issues SET title = 'mine', updated_at = 9`);
    world.store.sql.run(`UPDATE context_items SET value = 'mine', updated_at = 9`);
    const outcome = world.sync();
    expect(outcome.import.total.conflicts).toBe(2);
    expect(
      JSON.stringify(outcome, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
    ).not.toContain(MARKER);
    const journal = world.store.sql.all(`SELECT * FROM scsync_journal`).flat().map(String).join('\n');
    expect(journal).not.toContain(MARKER);
    expectNoMarker(world, temporary);
    // The values themselves have stayed.
    expect(world.store.sql.get(`SELECT embedding_status FROM context_items`)?.[0]).toContain(MARKER);
    world.store.sql.run(`DELETE FROM sessions`);
    world.sync();
    expectNoMarker(world, temporary);
  });

  it('by a bad import', () => {
    const world = filled();
    plant(world);
    world.sync();
    world.write('issues.jsonl', 'bad\n');
    const error = thrownBy(() => world.import());
    expect([error.message, ...error.details].join()).not.toContain(MARKER);
    expectNoMarker(world, temporary);
  });

  it('nor do private records and their children', () => {
    const world = filled();
    const rules = [{ type: 'session', where: { name: 'session p1' } }, { type: 'memory' }];
    world.write('sync.json', JSON.stringify({ private: rules }));
    add.session(world, 'p1', { description: MARKER });
    add.item(world, 'pc', { session_id: 'p1', value: MARKER });
    world.store.sql.run(`UPDATE project_memory SET value = '${MARKER}'`);
    for (const full of [false, true]) {
      world.export({ full });
      expectNoMarker(world, temporary);
      expect(world.sync().inSync).toBe(true);
    }
    world.store.sql.run(`DELETE FROM sessions WHERE id = 'p1'`);
    world.sync();
    for (const bytes of Object.values(filesIn(world.dir))) expect(bytes).not.toContain('"p1"');
  });

  it('no file of the export directory is left open to git but what a team shares', () => {
    const world = filled();
    world.sync();
    const names = readdirSync(world.dir);
    const allowed = names.filter((name) => name.endsWith('.jsonl') || name === '.gitignore');
    expect(names.filter((name) => !allowed.includes(name))).toEqual(['.sync.lock']);
    expect(readFileSync(join(world.dir, '.gitignore'), 'utf8')).toMatch(/^\*$/m);
  });
});
