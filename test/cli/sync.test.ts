import { appendFileSync, cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { ATLAS, Sandbox, edit } from './helpers.js';

/** A sandbox with two memories, in the files and in the database. */
function synced(): Sandbox {
  const sandbox = new Sandbox();
  sandbox.ok(['init']);
  sandbox.ok(['put', 'memory', 'mem_1', 'key=a', 'value=one']);
  sandbox.ok(['put', 'memory', 'mem_2', 'key=b', 'value=two']);
  sandbox.ok(['sync']);
  return sandbox;
}

describe('a database of the reference program', () => {
  it('goes through every verb of sync', () => {
    const sandbox = Sandbox.withFixture('full/before.db');
    const place = ['--project', ATLAS];
    expect(sandbox.error(['status', ...place], 2)['code']).toBe('schema');
    sandbox.ok(['init', ...place]);
    expect(sandbox.json(['status'])).toMatchObject({ project: ATLAS, inSync: false });
    expect(sandbox.run(['status', '--check']).status).toBe(1);

    const dry = sandbox.json(['export', '--dry-run']);
    expect(dry).toMatchObject({ dryRun: true, entities: { total: { written: 114, deleted: 8 } } });
    expect(existsSync(join(sandbox.dir, 'issues.jsonl'))).toBe(false);

    const exported = sandbox.json(['export']);
    expect(exported).toMatchObject({ project: ATLAS, dir: sandbox.dir, entities: { issue: { written: 23 } } });
    expect(exported).not.toHaveProperty('refused');
    expect(sandbox.ok(['export'])).toBe('nothing to export\n');
    expect(sandbox.ok(['export', '--full', '--force'])).toBe('nothing to export\n');
    expect(sandbox.json(['import'])).toEqual({ project: ATLAS, dir: sandbox.dir, dryRun: false });
    expect(sandbox.json(['sync'])).toMatchObject({ inSync: true });
    expect(sandbox.ok(['sync'])).toMatch(/in sync\n$/);
    expect(sandbox.ok(['sync', '--quiet'])).toBe('');
    expect(sandbox.ok(['status', '--check', '--quiet'])).toBe('');
    expect(sandbox.ok(['status'])).toMatch(/^issue +23$/m);
    expect(sandbox.ok(['export', '--full', '--verbose'])).toMatch(/^issue +25$/m);

    const clone = new Sandbox();
    cpSync(sandbox.dir, clone.dir, { recursive: true });
    clone.ok(['init']);
    expect(clone.json(['import', '--dry-run'])).toMatchObject({ dryRun: true, entities: { total: { created: 114 } } });
    expect(clone.ok(['import'])).toMatch(/^imported 114 records: 114 created\n$/);
    expect(clone.json(['sync'])).toMatchObject({ inSync: true });
    expect(clone.json(['list', 'issue'])).toEqual(sandbox.json(['list', 'issue']));
  });
});

describe('exit status', () => {
  it('0: an edit on each side merges; a lost value is named', () => {
    const sandbox = synced();
    edit(join(sandbox.dir, 'memories.jsonl'), '"one"', '"theirs"');
    sandbox.ok(['put', 'memory', 'mem_1', 'value=mine', 'category=note']);
    for (const look of [['status'], ['sync', '--dry-run'], ['import', '--dry-run']]) {
      expect(sandbox.ok(look)).toMatch(/^memory a: would lose a value of value \(merge\)$/m);
    }
    const { status, stdout } = sandbox.run(['sync']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^memory a: lost a value of value \(merge\); sc-sync conflicts has it$/m);
    expect(stdout).toMatch(/in sync\nnext: sc-sync conflicts .*\n$/);
    expect(sandbox.ok(['status'])).toMatch(/^1 lost value: sc-sync conflicts$/m);
    expect(sandbox.json(['conflicts'])['conflicts']).toHaveLength(1);
  });

  it('6: an export over news that was never imported, which writes nothing', () => {
    const sandbox = synced();
    const path = join(sandbox.dir, 'memories.jsonl');
    edit(path, '"one"', '"theirs"');
    const files = readFileSync(path, 'utf8');
    sandbox.ok(['put', 'memory', 'mem_1', 'value=mine']);
    const refused = sandbox.json(['export'], { status: 6 });
    expect(refused).toMatchObject({
      refused: [{ type: 'memory', id: 'mem_1', why: 'unseen' }],
      error: { code: 'unseen_overwrite', details: ['memory a'] },
    });
    const { status, stdout, stderr } = sandbox.run(['export']);
    expect({ status, stdout }).toEqual({ status: 6, stdout: '' });
    expect(stderr).toMatch(/Nothing was exported: .*\n {2}memory a\nhint: run sc-sync sync first/);
    expect(readFileSync(path, 'utf8')).toBe(files);
    expect(sandbox.run(['sync', '--dry-run']).status).toBe(0);
    expect(readFileSync(path, 'utf8')).toBe(files);
    const forced = sandbox.ok(['export', '--force']);
    expect(forced).toContain('the old files are copied to ');
    expect(readFileSync(path, 'utf8')).toContain('"mine"');
  });

  it('6: a record that is private now, until --unpublish', () => {
    const sandbox = synced();
    const rule = { type: 'memory', where: { key: 'a' } };
    writeFileSync(join(sandbox.dir, 'sync.json'), JSON.stringify({ private: [rule] }));
    const { stderr, status } = sandbox.run(['export', '--full']);
    expect({ status, stderr }).toEqual({ status: 6, stderr: expect.stringContaining('--unpublish') as unknown });
    sandbox.ok(['export', '--full', '--unpublish']);
    expect(readFileSync(join(sandbox.dir, 'memories.jsonl'), 'utf8')).not.toContain('mem_1');
  });

  it('1: an old version in the files; import --force takes it', () => {
    const sandbox = synced();
    const path = join(sandbox.dir, 'memories.jsonl');
    const old = readFileSync(path);
    sandbox.ok(['put', 'memory', 'mem_1', 'value=newer']);
    sandbox.ok(['sync']);
    writeFileSync(path, old);
    const { status, stdout } = sandbox.run(['import']);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^memory a: kept the newer version from the database; .*import --force mem_1$/m);
    sandbox.ok(['import', '--force', 'mem_1']);
    expect(sandbox.json(['get', 'memory', 'mem_1'])).toMatchObject({ record: { value: 'one' } });
    expect(sandbox.json(['sync'])).toMatchObject({ inSync: true });
    // A sync writes the database's version anew, so that both sides agree after it.
    sandbox.ok(['put', 'memory', 'mem_1', 'value=newer']);
    sandbox.ok(['sync']);
    writeFileSync(path, old);
    const ended = sandbox.run(['sync']);
    expect(ended.status).toBe(1);
    expect(ended.stdout).toMatch(/^memory a: kept the newer version .*[^]*\nin sync\n$/m);
  });

  it('1: an orphan', () => {
    const sandbox = synced();
    sandbox.ok(['put', 'session', 'sess_1', 'name=s']);
    sandbox.ok(['put', 'context_item', 'item_1', 'session_id=sess_1', 'key=k', 'value=v']);
    sandbox.ok(['sync']);
    const clone = new Sandbox();
    clone.ok(['init']);
    cpSync(join(sandbox.dir, 'context_items.jsonl'), join(clone.dir, 'context_items.jsonl'));
    const { status, stdout } = clone.run(['sync']);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^context_item item_1: waits in the file until its parent is here$/m);
    expect(stdout).toMatch(/not in sync\n$/);
    expect(clone.json(['status'])).toMatchObject({ entities: { total: { orphans: 1 } } });
  });

  it('0: a record that the files lack is put back, and named', () => {
    const sandbox = synced();
    edit(join(sandbox.dir, 'memories.jsonl'), /^.*mem_1.*\n/m, '');
    expect(sandbox.ok(['sync'])).toMatch(/^memory a: goes back into the files .*use sc-sync rm$/m);
    expect(readFileSync(join(sandbox.dir, 'memories.jsonl'), 'utf8')).toContain('mem_1');
  });

  it('4: a line that cannot be read; 1 with --skip-invalid, and the line stays', () => {
    const sandbox = synced();
    const path = join(sandbox.dir, 'memories.jsonl');
    appendFileSync(path, '{"type":"memory"\n');
    const error = sandbox.error(['import'], 4);
    expect(error).toMatchObject({ code: 'bad_input', details: [expect.stringMatching(/^memories\.jsonl:3: /)] });
    expect(sandbox.error(['sync'], 4)['hint']).toContain('sc-sync import --skip-invalid');
    const skipped = sandbox.json(['import', '--skip-invalid'], { status: 1 });
    expect(skipped).toMatchObject({
      entities: { total: { skipped: 1 } },
      problems: [expect.stringContaining('memories.jsonl:3')],
    });
    sandbox.ok(['export', '--full']);
    expect(readFileSync(path, 'utf8')).toMatch(/\{"type":"memory"\n$/);
    expect(sandbox.ok(['status'])).toMatch(/^problem: memories\.jsonl:3: /m);
  });

  it('4: conflict markers, and wrong settings; status says so and is 0', () => {
    const sandbox = synced();
    const path = join(sandbox.dir, 'memories.jsonl');
    appendFileSync(path, '<<<<<<< ours\n');
    const hint = expect.stringContaining('run sc-sync resolve') as unknown;
    expect(sandbox.error(['import'], 4)).toMatchObject({ code: 'conflict_markers', hint });
    expect(sandbox.ok(['status'])).toMatch(/^problem: memories\.jsonl:3: .*conflict marker/m);
    expect(sandbox.run(['status', '--check']).status).toBe(1);
    edit(path, '<<<<<<< ours\n', '');
    writeFileSync(join(sandbox.dir, 'sync.json'), '{"path":"absolute"}');
    expect(sandbox.error(['sync'], 4)['message']).toContain('the setting "path" is unknown');
    expect(sandbox.ok(['status'])).toMatch(/^problem: Cannot read sync\.json: /m);
  });

  it('2: no database, none of SQLite, a row that its columns do not allow', () => {
    const sandbox = synced();
    expect(sandbox.error(['status', '--db', 'none.db'], 2)['code']).toBe('database');
    writeFileSync(join(sandbox.root, 'text.db'), 'no database, and longer than a header of SQLite would be'.repeat(9));
    expect(sandbox.error(['status', '--db', '../../text.db'], 2)['code']).toBe('database');
    sandbox.withStore(({ sql }) => sql.run(`UPDATE project_memory SET value = x'00ff' WHERE id = 'mem_1'`));
    expect(sandbox.error(['export'], 2)).toMatchObject({ code: 'bad_row' });
  });

  it('8: an export directory that is not there, and one that is a file', () => {
    const sandbox = synced();
    rmSync(sandbox.dir, { recursive: true });
    expect(sandbox.error(['import'], 8)['code']).toBe('io');
    writeFileSync(sandbox.dir, '');
    expect(sandbox.error(['export'], 8)['code']).toBe('io');
  });

  it('9: somebody else writes to the database', { timeout: 30_000 }, () => {
    const sandbox = synced();
    sandbox.withStore((store) => {
      store.sql.exec('BEGIN EXCLUSIVE');
      const message = `${sandbox.db} is locked by another program`;
      expect(sandbox.error(['put', 'memory', 'key=c', 'value=d'], 9)).toMatchObject({ code: 'busy', message });
      store.sql.exec('ROLLBACK');
    });
  });

  it('--verbose shows where an error comes from', () => {
    const sandbox = synced();
    expect(sandbox.run(['get', 'issue', 'x', '--verbose']).stderr).toMatch(/\n {4}at /);
    expect(sandbox.run(['get', 'issue', 'x']).stderr).not.toMatch(/\n {4}at /);
  });
});

describe('strategies', () => {
  it.each([
    ['prefer-local', 'mine'],
    ['prefer-external', 'theirs'],
  ])('%s takes %s', (strategy, expected) => {
    const sandbox = synced();
    edit(join(sandbox.dir, 'memories.jsonl'), '"one"', '"theirs"');
    sandbox.ok(['put', 'memory', 'mem_1', 'value=mine']);
    const { status } = sandbox.run(['import', '--strategy', strategy]);
    expect(status).toBe(0);
    expect(sandbox.json(['get', 'memory', 'mem_1'])).toMatchObject({ record: { value: expected } });
  });

  it('import --force without ids takes all from the files', () => {
    const sandbox = synced();
    edit(join(sandbox.dir, 'memories.jsonl'), '"one"', '"theirs"');
    sandbox.ok(['put', 'memory', 'mem_1', 'value=mine']);
    sandbox.run(['import', '--force', '--quiet']);
    expect(sandbox.json(['get', 'memory', 'mem_1'])).toMatchObject({ record: { value: 'theirs' } });
  });
});

describe('sync --all', () => {
  it('syncs every project with an export directory, whatever becomes of the others', () => {
    const sandbox = synced();
    const others = ['second', 'third', 'gone'].map((name) => join(sandbox.root, 'work', name));
    for (const cwd of others) {
      cpSync(sandbox.project, cwd, { recursive: true });
      rmSync(join(cwd, '.savecontext'), { recursive: true });
      sandbox.ok(['init', '-C', cwd]);
      sandbox.ok(['put', 'issue', 'title=x', '-C', cwd]);
      sandbox.ok(['sync', '-C', cwd]);
      sandbox.ok(['put', 'issue', 'title=y', '-C', cwd]);
    }
    const [second = '', third = '', gone = ''] = others;
    rmSync(gone, { recursive: true });
    appendFileSync(join(third, '.savecontext', 'issues.jsonl'), 'no JSON\n');
    const { projects } = sandbox.json(['sync', '--all'], { cwd: sandbox.root, status: 4 });
    expect(projects).toMatchObject([
      { project: gone, gone: true },
      { project: sandbox.project, inSync: true },
      { project: second, inSync: true, export: { entities: { issue: { written: 1 } } } },
      { project: third, error: { code: 'bad_input' } },
    ]);
    expect(existsSync(gone)).toBe(false);
    const { stdout, status } = sandbox.run(['sync', '--all']);
    expect(status).toBe(4);
    expect(stdout).toContain(`${third}:\nNothing was imported: the files have 1 problem`);
    expect(stdout).toContain(`${gone} is gone, and nothing was synced\n`);
    rmSync(join(third, '.savecontext', 'issues.jsonl'));
    expect(sandbox.run(['sync', '--all']).status).toBe(0);
    rmSync(join(second, '.savecontext'), { recursive: true });
    const quiet = sandbox.run(['sync', '--all', '--quiet']).stdout;
    expect(quiet).toContain(`${join(second, '.savecontext')} is gone: sc-sync -C ${second} sync makes it again\n`);
    expect(quiet).not.toContain(gone);
  });

  it('says when there is none', () => {
    const sandbox = new Sandbox();
    sandbox.withStore(() => undefined);
    expect(sandbox.ok(['sync', '--all'])).toBe(
      'nothing to sync: no project of this database has an export directory\n',
    );
    expect(sandbox.json(['sync', '--all'])).toEqual({});
  });
});

it('works without git on the PATH; what needs git says so', () => {
  const sandbox = synced();
  const env = { PATH: sandbox.root };
  sandbox.ok(['put', 'memory', 'mem_3', 'key=c', 'value=three'], { env });
  const status = sandbox.json(['status'], { env });
  expect(status).toMatchObject({ inSync: false });
  expect(status).not.toHaveProperty('git');
  expect(sandbox.json(['sync'], { env })).toMatchObject({ inSync: true });
  expect(readFileSync(join(sandbox.dir, 'memories.jsonl'), 'utf8')).toContain('"three"');
  expect(sandbox.json(['init'], { env })).not.toHaveProperty('done');
  expect(sandbox.error(['push'], 8, { env })['message']).toContain('there is none on the PATH');
});
