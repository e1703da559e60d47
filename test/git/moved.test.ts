import { appendFileSync, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import type { JsonObject } from '../cli/helpers.js';
import { Clone, pair } from './clones.js';

/** Moves the data folder and pushes it; so much is edited that git does not see the move. */
function moveUnseen(clone: Clone): void {
  for (const n of [1, 2, 3]) clone.put('issue', `issue_${n}`, `details=${'by ann '.repeat(99)}${n}`);
  clone.sync();
  clone.git('mv', '.savecontext', 'app');
  clone.git('commit', '--quiet', '-am', 'moved');
  clone.git('push', '--quiet');
}

describe('the same database', () => {
  it('with a clone made anew beside the old one: nothing is told as rolled back, and fields merge', () => {
    const { ann, bob, remote } = pair();
    // Committed here and not sent; and an edit that no file has.
    ann.put('issue', 'issue_1', 'title=by ann');
    ann.commit();
    ann.put('issue', 'issue_2', 'details=by ann');
    const anew = (name: string): Clone => {
      const clone = Clone.of(remote, join(ann.root, '..', name));
      return new Clone(clone.root, { isThere: true, db: ann.db });
    };
    const first = anew('first');
    first.init();
    expect(first.json(['sync'])).toMatchObject({ inSync: true });
    expect(first.field('issue', 'issue_1', 'title')).toBe('by ann');
    bob.put('issue', 'issue_1', 'priority=4');
    bob.put('issue', 'issue_2', 'priority=4');
    bob.put('issue', 'issue_3', 'priority=4');
    bob.commit();
    bob.git('push', '--quiet');
    const second = anew('second');
    second.init();
    expect(second.json(['sync'])).toMatchObject({ inSync: true });
    for (const [id, field, value] of [
      ['issue_1', 'title', 'by ann'],
      ['issue_2', 'details', 'by ann'],
      ['issue_3', 'title', 'title 3'],
    ] as const) {
      expect([second.field('issue', id, field), second.field('issue', id, 'priority')]).toEqual([value, 4]);
    }
    expect(second.journal()).toEqual([]);
    second.commit();
    second.git('push', '--quiet');
    bob.ok('pull');
    expect(bob.files()).toEqual(second.files());
    // The first one goes on as well.
    ann.ok('pull');
    expect(ann.files()).toEqual(second.files());
    expect(ann.journal()).toEqual([]);
  });

  it('with a folder that somebody moved and edited in one commit: fields merge', () => {
    const { ann, bob } = pair();
    ann.put('issue', 'issue_1', 'title=by ann');
    mkdirSync(join(bob.root, 'app'));
    bob.git('mv', '.savecontext', 'app/.savecontext');
    const moved = (clone: Clone): Clone => new Clone(join(clone.root, 'app'), { isThere: true, db: clone.db });
    const there = moved(bob);
    there.put('issue', 'issue_1', 'details=by bob');
    for (const type of ['issue', 'memory'])
      for (const n of [1, 2, 3]) {
        const id = `${type === 'issue' ? 'issue' : 'mem'}_${n}`;
        there.put(type, id, type === 'issue' ? 'priority=4' : 'category=decision');
      }
    there.sync();
    bob.git('add', '-A');
    bob.git('commit', '--quiet', '-m', 'moved');
    bob.git('push', '--quiet');
    ann.git('pull', '--quiet', '--no-rebase', '--no-edit');
    const mine = moved(ann);
    expect(mine.json(['sync'])).toMatchObject({ inSync: true });
    expect([mine.field('issue', 'issue_1', 'title'), mine.field('issue', 'issue_1', 'details')]).toEqual([
      'by ann',
      'by bob',
    ]);
    expect(mine.journal()).toEqual([]);
  });

  it('with a folder that is moved while a value that lost a merge waits: the next sync has it', () => {
    for (const first of ['sync', 'export', 'init'] as const) {
      const { ann, bob } = pair();
      ann.put('issue', 'issue_1', 'title=by ann');
      ann.commit();
      ann.git('push', '--quiet');
      bob.put('issue', 'issue_1', 'title=by bob');
      bob.commit();
      bob.git('pull', '--quiet', '--no-rebase', '--no-edit');
      expect(bob.lostValues()).toHaveLength(1);
      bob.git('mv', '.savecontext', 'app');
      const there = (...args: readonly string[]): string => bob.ok(...args, '--dir', 'app');
      there(first);
      there('sync');
      expect(bob.lostValues()).toEqual([]);
      expect(there('conflicts')).toContain('by ann');
    }
  });

  it('with a folder that one moved and the other one changed where it was: resolve merges what git leaves', () => {
    const { ann, bob } = pair();
    moveUnseen(ann);
    bob.put('issue', 'issue_1', 'title=by bob');
    bob.put('issue', 'issue_2', 'details=by bob');
    bob.put('memory', 'mem_1', 'value=by bob');
    bob.commit();
    expect(bob.tryGit('pull', '--quiet', '--no-rebase', '--no-edit').stdout).toContain('CONFLICT (modify/delete)');
    // Somebody goes on in the file that git left.
    const third = bob.read('issues.jsonl').split('\n')[2] ?? '';
    appendFileSync(join(bob.dir, 'issues.jsonl'), `${third.replaceAll('issue_3', 'issue_9')}\n`);
    const before = bob.git('status', '--porcelain');
    expect(bob.json(['resolve', '--dry-run', '--dir', 'app'])).toMatchObject({ files: [{ name: 'issues.jsonl' }] });
    expect(bob.git('status', '--porcelain')).toBe(before);
    expect(bob.ok('resolve', '--dir', 'app')).toContain('made issues.jsonl anew from its versions in git');
    expect(existsSync(join(bob.dir, 'issues.jsonl'))).toBe(false);
    bob.git('commit', '--quiet', '--no-edit');
    expect(bob.json(['sync', '--dir', 'app'])).toMatchObject({ inSync: true });
    bob.git('add', '-A');
    bob.git('commit', '--quiet', '-m', 'synced');
    bob.git('push', '--quiet');
    ann.git('pull', '--quiet', '--no-rebase');
    ann.ok('sync', '--dir', 'app');
    for (const clone of [ann, bob]) {
      const field = (type: string, id: string, name: string): unknown =>
        (clone.json(['get', type, id, '--dir', 'app'])['record'] as JsonObject)[name];
      expect(field('issue', 'issue_1', 'title')).toBe('by bob');
      expect(field('issue', 'issue_1', 'details')).toContain('by ann');
      expect(field('issue', 'issue_3', 'details')).toContain('by ann');
      expect(field('memory', 'mem_1', 'value')).toBe('by bob');
      expect(field('issue', 'issue_9', 'title')).toBe('title 3');
      const [kept, lost] = [field('issue', 'issue_2', 'details'), clone.ok('conflicts', '--dir', 'app')];
      expect([kept, lost].join(' ')).toMatch(/by ann.*by bob|by bob.*by ann/s);
    }
  });

  it('with a file of another folder that one side changed and the other one deleted: resolve leaves it', () => {
    const { ann, bob } = pair();
    const other = ann.read('issues.jsonl').replaceAll('issue_', 'other_');
    for (const clone of [ann, bob]) mkdirSync(join(clone.root, 'other'));
    writeFileSync(join(ann.root, 'other/issues.jsonl'), other);
    ann.git('add', '--all');
    ann.git('commit', '--quiet', '-m', 'another project');
    ann.git('push', '--quiet');
    bob.git('pull', '--quiet');
    ann.git('rm', '--quiet', 'other/issues.jsonl');
    ann.git('commit', '--quiet', '-m', 'gone');
    ann.git('push', '--quiet');
    writeFileSync(join(bob.root, 'other/issues.jsonl'), other.replace('"title 1"', '"edited"'));
    bob.git('commit', '--quiet', '-am', 'edited');
    expect(bob.tryGit('pull', '--quiet', '--no-rebase', '--no-edit').status).toBe(1);
    const before = bob.files();
    bob.run(['resolve']);
    expect(bob.files()).toEqual(before);
    expect(bob.git('ls-files', '-u')).toContain('other/issues.jsonl');
  });

  it('with a value that the old folder alone has after a merge by hand: it is told as lost', () => {
    for (const takesWhole of [true, false]) {
      const { ann, bob } = pair();
      bob.put('issue', 'issue_1', 'title=by bob');
      bob.commit();
      ann.put('issue', 'issue_1', 'title=by ann');
      moveUnseen(ann);
      bob.git('fetch', '--quiet');
      expect(bob.tryGit('merge', '--quiet', 'origin/main').stdout).toContain('CONFLICT (modify/delete)');
      if (takesWhole) bob.git('checkout', '--quiet', 'HEAD', '--', '.savecontext');
      else bob.git('add', '.savecontext');
      bob.git('commit', '--quiet', '--no-edit');
      bob.ok('import');
      bob.git('rm', '-r', '--quiet', '.savecontext');
      bob.git('commit', '--quiet', '-m', 'the old folder');
      bob.ok('sync', '--dir', 'app');
      const title = (bob.json(['get', 'issue', 'issue_1', '--dir', 'app'])['record'] as JsonObject)['title'];
      expect([title, bob.ok('conflicts', '--dir', 'app')].join(' ')).toMatch(/by ann.*by bob|by bob.*by ann/s);
    }
  });

  it('in a clone that is somewhere else now', () => {
    const { ann } = pair();
    ann.put('issue', 'issue_1', 'title=edited');
    const root = `${ann.root} moved`;
    renameSync(ann.root, root);
    const there = new Clone(root, { isThere: true, db: ann.db });
    expect(there.json(['sync'])).toMatchObject({ inSync: true });
    expect(there.read('issues.jsonl')).toContain('"edited"');
  });
});
