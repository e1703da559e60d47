import { spawnSync } from 'node:child_process';
import { appendFileSync, chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';

import { openDriver } from '../../src/store/drivers/open-driver.js';
import { builtModule, ended, startScript } from '../files/child.js';
import { breakTable, closed, setJournalMode } from '../robustness/database-file.js';
import { file, line } from '../robustness/world.js';
import { MAIN } from './built-command.js';
import { Sandbox } from './helpers.js';

/** Every call that changes nothing. */
const LOOKS: readonly (readonly string[])[] = [
  ['status'],
  ['list', 'memory'],
  ['get', 'memory', 'mem_1'],
  ['diff'],
  ['conflicts'],
  ['private'],
  ['import', '--dry-run'],
  ['export', '--full', '--dry-run'],
  ['sync', '--dry-run'],
  ['sync', '--all', '--dry-run'],
  ['resolve', '--dry-run'],
];

/** All files below a folder with their bytes; what SQLite shares in memory while a database is open is none. */
function bytesBelow(folder: string): ReadonlyMap<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    files
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => !path.endsWith('-shm'))
      .sort()
      .map((path) => [relative(folder, path), readFileSync(path).toString('latin1')]),
  );
}

/** Something to export, and something to import. */
function pendingOnBothSides(): Sandbox {
  const sandbox = new Sandbox();
  spawnSync('git', ['init', '--quiet'], { cwd: sandbox.project });
  sandbox.ok(['init']);
  sandbox.ok(['put', 'memory', 'mem_1', 'key=a', 'value=before']);
  sandbox.ok(['sync']);
  sandbox.ok(['put', 'memory', 'mem_1', 'value=after']);
  appendFileSync(join(sandbox.dir, 'issues.jsonl'), file(line('issue', 'i9')));
  return sandbox;
}

describe('looking', () => {
  it('changes no byte of a database without a write-ahead log, nor of anything else', async () => {
    const sandbox = pendingOnBothSides();
    await setJournalMode(sandbox.db, 'DELETE');
    const before = bytesBelow(sandbox.root);
    for (const call of LOOKS) {
      sandbox.run(call);
      expect(bytesBelow(sandbox.root), call.join(' ')).toEqual(before);
    }
  });

  it('leaves what another program has in the log where it is', () => {
    const sandbox = pendingOnBothSides();
    const other = openDriver(sandbox.db);
    onTestFinished(() => {
      other.close();
    });
    other.exec(`UPDATE project_memory SET value = 'in the log'`);
    const before = bytesBelow(sandbox.root);
    expect(before.get('memory.db-wal')).not.toBe('');
    for (const call of LOOKS.slice(0, 4)) {
      sandbox.run([...call, '--json']);
      expect(bytesBelow(sandbox.root), call.join(' ')).toEqual(before);
    }
  });

  it('at rows and at git does not wait for whoever writes', () => {
    const sandbox = pendingOnBothSides();
    const other = openDriver(sandbox.db);
    onTestFinished(() => {
      other.close();
    });
    other.exec('BEGIN IMMEDIATE');
    expect(sandbox.ok(['list', 'memory'])).toContain('after');
    expect(sandbox.ok(['get', 'mem_1'])).toContain('after');
    expect(sandbox.ok(['conflicts'])).toBe('no value is lost\n');
    expect(sandbox.error(['log', 'mem_1'], 4)['message']).toContain('There is no commit');
  });

  it('at a damaged database says so, and gives 2', async () => {
    const sandbox = new Sandbox();
    sandbox.ok(['init']);
    sandbox.ok(['put', 'memory', 'mem_1', 'key=a', 'value=v']);
    sandbox.ok(['sync']);
    await breakTable(sandbox.db);
    expect(sandbox.error(['status'], 2)).toMatchObject({
      code: 'database',
      message: expect.stringContaining(sandbox.db) as string,
      hint: expect.stringMatching(/backup/) as string,
    });
  });
});

describe('a database of another program', () => {
  it.each([
    ['a queue of changed rows', 'CREATE TABLE dirty_issues (issue_id TEXT PRIMARY KEY, marked_at INTEGER NOT NULL)'],
    ['labels', 'CREATE TABLE issue_labels (id TEXT PRIMARY KEY, issue_id TEXT NOT NULL, label TEXT NOT NULL)'],
    [
      'marks of hashes',
      'CREATE TABLE embeddings_meta (key TEXT PRIMARY KEY, value TEXT NOT NULL, updated_at INTEGER NOT NULL)',
    ],
  ])('with %s as SaveContext has them is refused by each verb, and keeps every byte', async (_, table) => {
    const sandbox = new Sandbox();
    const other = openDriver(sandbox.db);
    other.exec(`CREATE TABLE tickets (id TEXT PRIMARY KEY, title TEXT); ${table}`);
    other.close();
    await closed();
    const before = bytesBelow(sandbox.root);
    for (const call of [['status'], ['init'], ['sync'], ['put', 'memory', 'key=a', 'value=b'], ['list', 'issue']]) {
      const { code, hint } = sandbox.error(call, 2);
      expect([code, hint], call.join(' ')).toEqual(['schema', expect.stringMatching(/database/) as string]);
      expect(bytesBelow(sandbox.root), call.join(' ')).toEqual(before);
    }
  });
});

describe('a database that can only be read', () => {
  it.each(['WAL', 'DELETE'])('in mode %s is looked at all the same, and never written', async (mode) => {
    const sandbox = pendingOnBothSides();
    await setJournalMode(sandbox.db, mode);
    const folder = join(sandbox.root, 'only');
    mkdirSync(folder);
    const database = join(folder, 'memory.db');
    writeFileSync(database, readFileSync(sandbox.db), { mode: 0o444 });
    for (const path of [sandbox.root, join(sandbox.root, 'work')]) chmodSync(path, 0o755);
    chmodSync(folder, 0o555);
    const before = [statSync(database).mtimeMs, readdirSync(folder)];
    // The superuser may write everything, so the child becomes nobody.
    const script = `
      const { openDriver } = await import(${JSON.stringify(builtModule('store/drivers/open-driver.js'))});
      const { Store } = await import(${JSON.stringify(builtModule('savecontext/store.js'))});
      const { getSyncStatus } = await import(${JSON.stringify(builtModule('sync/status.js'))});
      const { Records } = await import(${JSON.stringify(builtModule('sync/records.js'))});
      const [database, project, dir] = process.argv.slice(2);
      openDriver(':memory:').close();
      if (process.getuid?.() === 0) process.setuid(65534);
      const store = Store.look(database);
      const { entities } = getSyncStatus(store, { projectPath: project, dir });
      const value = new Records(store, project).require('memory', 'mem_1').tokens.join(' ');
      store.close();
      let code = 'none';
      try {
        const opened = Store.open(database);
        try { opened.sql.run("UPDATE project_memory SET value = 'no'"); } finally { opened.close(); }
      } catch (error) {
        code = error.code;
      }
      console.log(JSON.stringify([entities.total.pendingExport, entities.total.pendingImport, value.includes('after'), code]));
    `;
    const child = startScript(script, database, sandbox.project, sandbox.dir);
    let told = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (told += text));
    expect(await ended(child)).toBe(0);
    expect(JSON.parse(told)).toEqual([1, 1, true, 'io']);
    expect([statSync(database).mtimeMs, readdirSync(folder)]).toEqual(before);
    chmodSync(folder, 0o755);
  });
});

describe('a folder that cannot be made', () => {
  it('is an error at once, also where a parent can hold no folder', () => {
    const sandbox = new Sandbox();
    for (const env of [{ SC_DB: '/proc/nope/x/a.db' }, { SC_DB: '', HOME: '/proc/nope' }]) {
      const { status, stderr } = spawnSync(process.execPath, [MAIN, 'init'], {
        cwd: sandbox.project,
        encoding: 'utf8',
        timeout: 40_000,
        env: { PATH: process.env['PATH'] ?? '', ...env },
      });
      expect([status, stderr]).toEqual([8, expect.stringContaining('/proc/nope') as string]);
    }
  });
});
