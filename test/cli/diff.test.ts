import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { Sandbox, edit } from './helpers.js';

/** A sandbox with a memory and an issue, in the files and in the database. */
function synced(): Sandbox {
  const sandbox = new Sandbox();
  sandbox.ok(['init']);
  sandbox.ok(['put', 'memory', 'mem_1', 'key=a', 'value=one']);
  sandbox.ok(['put', 'issue', 'issue_1', 'title=one', 'labels=["x"]']);
  sandbox.ok(['sync']);
  return sandbox;
}

describe('diff', () => {
  it('shows records and fields, those of the import first; the value that would lose; exits with 0', () => {
    const sandbox = synced();
    expect(sandbox.ok(['diff'])).toBe('nothing would change\n');
    expect(sandbox.ok(['diff', '--quiet'])).toBe('');
    edit(join(sandbox.dir, 'memories.jsonl'), '"one"', '"theirs"');
    sandbox.ok(['put', 'memory', 'mem_1', 'value=mine']);
    sandbox.ok(['put', 'issue', 'issue_1', 'labels=["x","urgent"]', `close_reason=\u009b31m\u202e${'z'.repeat(99)}`]);
    edit(join(sandbox.dir, 'issues.jsonl'), '"one"', '"by hand"');
    const { status, stdout, stderr } = sandbox.run(['diff']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const text = stdout.replaceAll(/ *updated_at: .*\n/g, '').replaceAll(/issue \w{4} ".*"/g, 'issue 1111 "one"');
    expect(text).toBe(
      [
        'database: issue 1111 "one" changed',
        '    title: "one" -> "by hand"',
        'files: issue 1111 "one" changed',
        `    close_reason: null -> "31m${'z'.repeat(51)}...`,
        '    labels: +"urgent"',
        'files: memory a changed',
        '    value: "theirs" -> "mine"',
        'memory a: value: "theirs" would lose to "mine" (merge)',
        '',
      ].join('\n'),
    );
    expect(sandbox.run(['diff']).stdout).toBe(stdout);
    expect(sandbox.ok(['conflicts'])).toBe('no value is lost\n');
    expect(sandbox.ok(['sync'])).toMatch(/^memory a: lost a value of value \(merge\); sc-sync conflicts has it$/m);
    expect(sandbox.ok(['diff'])).toBe('nothing would change\n');
  });

  it('--json is exact: integers of 64 bits, whole values, whole records', () => {
    const sandbox = synced();
    sandbox.ok(['put', 'session', 'sess_1', 'name=s']);
    sandbox.ok(['put', 'context_item', 'item_1', 'session_id=sess_1', 'key=k', 'value=v', 'size=9007199254740993']);
    sandbox.ok(['put', 'memory', 'mem_1', `value=${'z'.repeat(99)}\u202e`]);
    const { stdout } = sandbox.run(['diff', '--json']);
    expect(stdout).toContain('"size":9007199254740993,');
    expect(stdout).toContain(`{"field":"value","from":"one","to":"${'z'.repeat(99)}\\u202e"}`);
    expect(sandbox.json(['diff'])).toMatchObject({
      project: sandbox.project,
      dir: sandbox.dir,
      changes: [
        { where: 'files', type: 'session', id: 'sess_1', action: 'created', record: { name: 's' } },
        { where: 'files', type: 'context_item', id: 'item_1', action: 'created', record: { value: 'v' } },
        { where: 'files', type: 'memory', id: 'mem_1', action: 'changed', record: { key: 'a' } },
      ],
      files: ['sessions.jsonl', 'context_items.jsonl', 'memories.jsonl'],
    });
    edit(join(sandbox.dir, 'memories.jsonl'), '"one"', '"theirs"');
    expect(sandbox.json(['diff'])).toMatchObject({
      conflicts: [{ type: 'memory', id: 'mem_1', field: 'value', base: 'one', lost: 'theirs', why: 'merge' }],
      notices: [{ what: 'conflicts', type: 'memory', id: 'mem_1' }],
    });
  });

  it('names what is refused, and then shows nothing of the files', () => {
    const sandbox = synced();
    const rule = { type: 'memory', where: { key: 'a' } };
    writeFileSync(join(sandbox.dir, 'sync.json'), JSON.stringify({ private: [rule] }));
    sandbox.ok(['put', 'memory', 'mem_1', 'value=secret']);
    sandbox.ok(['put', 'issue', 'issue_1', 'title=two']);
    expect(sandbox.ok(['diff'])).toBe(
      'memory a: it is private now, and still in the files; nothing would be exported\n',
    );
    const { project, dir } = sandbox;
    const refused = [{ type: 'memory', id: 'mem_1', why: 'private' }];
    expect(sandbox.json(['diff'])).toEqual({ project, dir, refused });
    expect(sandbox.error(['sync', '--dry-run'], 6)['code']).toBe('refused');
    expect(sandbox.error(['sync'], 6)['code']).toBe('refused');
  });

  it('says of a value that looks like a secret where it stands, and not the value', () => {
    const sandbox = synced();
    const token = `ghp_${'a1B2'.repeat(9)}`;
    sandbox.ok(['put', 'memory', 'mem_1', `value=${token}`]);
    const said = sandbox.ok(['diff']);
    expect(said).toMatch(/^memory mem_1: value: GITHUB_TOKEN.*; nothing would be exported$/m);
    expect(said).not.toContain(token);
  });

  it('says where lines change, and no value', () => {
    const sandbox = synced();
    const path = join(sandbox.dir, 'memories.jsonl');
    edit(path, /"content_hash":"..../, '"content_hash":"0000');
    expect(sandbox.ok(['diff'])).toBe('files: memory a changed\n    written anew with the same values\n');
    sandbox.ok(['sync']);
    edit(path, '\n', '\r\n');
    expect(sandbox.ok(['diff'])).toBe('memories.jsonl would be put in order\n');
    const { project, dir } = sandbox;
    expect(sandbox.json(['diff'])).toEqual({ project, dir, files: ['memories.jsonl'] });
  });

  it('fails as sync does where files cannot be read; --base needs a repository', () => {
    const sandbox = synced();
    expect(sandbox.error(['diff', '--base', 'HEAD'], 4)).toMatchObject({ code: 'usage' });
    edit(join(sandbox.dir, 'memories.jsonl'), '{', '');
    expect(sandbox.error(['diff'], 4)['code']).toBe('bad_input');
  });
});

describe('sync --dry-run', () => {
  it('says what the sync says, with the same exit status, and does nothing', () => {
    const sandbox = synced();
    edit(join(sandbox.dir, 'memories.jsonl'), '"one"', '"theirs"');
    sandbox.ok(['put', 'issue', 'issue_1', 'title=two']);
    const dry = sandbox.ok(['sync', '--dry-run']);
    expect(sandbox.ok(['sync', '--dry-run'])).toBe(dry);
    const words: readonly (readonly [string, string])[] = [
      ['would import', 'imported'],
      ['would export', 'exported'],
      ['would be in sync', 'in sync'],
    ];
    expect(words.reduce((text, [would, did]) => text.replace(would, did), dry)).toBe(sandbox.ok(['sync']));
    const old = readFileSync(join(sandbox.dir, 'issues.jsonl'));
    sandbox.ok(['put', 'issue', 'issue_1', 'title=three']);
    sandbox.ok(['sync']);
    writeFileSync(join(sandbox.dir, 'issues.jsonl'), old);
    const { status, stdout } = sandbox.run(['sync', '--dry-run']);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^issue \w{4} "three": would keep .*\nwould export 1 record\nwould be in sync\n$/m);
    expect(readFileSync(join(sandbox.dir, 'issues.jsonl'))).toEqual(old);
  });

  it('names what is wrong with the database, as sync does', () => {
    const sandbox = synced();
    sandbox.withStore(({ sql }) => {
      const [name] = sql.get(`SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'scsync%'`) ?? [];
      sql.exec(`DROP TRIGGER "${String(name)}"`);
    });
    const { status, stdout } = sandbox.run(['sync', '--dry-run']);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^problem: .*\nwould not be in sync\n$/m);
    expect(sandbox.run(['sync'])).toMatchObject({ status: 1, stdout: stdout.replace('would not be', 'not') });
  });
});
