import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { gitHistory } from '../../src/git/history.js';
import type { HistoryLine } from '../../src/sync/file-history.js';
import { Clone, folder, pair } from './clones.js';

/** Bob exports an edit and throws the files away again, in one of the ways that git has for it. */
const DISCARDS: readonly (readonly [name: string, discard: (bob: Clone) => void])[] = [
  ['stash', (bob) => void bob.git('stash', '--quiet')],
  ['checkout', (bob) => void bob.git('checkout', '--quiet', '--', '.')],
  [
    'stash of what was staged',
    (bob): void => {
      bob.git('add', '-A');
      bob.git('stash', '--quiet');
    },
  ],
];

describe.each(DISCARDS)('an export that was discarded by %s, then a pull of a newer concurrent line', (_, discard) => {
  it('loses nothing: other fields merge, the same field goes to the journal, a deletion is told', () => {
    const { ann, bob } = pair();
    bob.put('issue', 'issue_1', 'priority=4');
    bob.put('issue', 'issue_2', 'details=by bob');
    bob.put('memory', 'mem_1', 'value=by bob');
    bob.ok('sync');
    discard(bob);
    ann.put('issue', 'issue_1', 'title=by ann');
    ann.put('issue', 'issue_2', 'details=by ann');
    ann.ok('rm', 'memory', 'mem_1', '--yes');
    ann.commit();
    ann.git('push', '--quiet');
    bob.git('pull', '--quiet', '--ff-only');
    bob.ok('sync');
    expect(bob.field('issue', 'issue_1', 'priority')).toBe(4);
    expect(bob.field('issue', 'issue_1', 'title')).toBe('by ann');
    expect(bob.field('issue', 'issue_2', 'details')).toBe('by ann');
    expect(bob.field('memory', 'mem_1', 'value')).toBeUndefined();
    const journal = bob.journal();
    expect(journal[0]).toBe('issue/issue_2 details "by bob"');
    expect(journal.slice(1).join()).toMatch(/^memory\/mem_1 null .*by bob/);
    bob.commit();
    bob.git('push', '--quiet');
    ann.git('pull', '--quiet');
    expect(ann.json(['sync'])).toMatchObject({ inSync: true });
    expect(ann.records()).toBe(bob.records());
  });
});

describe('a base that is in the history', () => {
  it('is one after a commit and a pull: no merge is made of what is plainly newer', () => {
    const { ann, bob } = pair();
    bob.put('issue', 'issue_1', 'priority=4');
    bob.commit();
    bob.git('push', '--quiet');
    ann.git('pull', '--quiet');
    ann.ok('sync');
    ann.put('issue', 'issue_1', 'priority=1');
    ann.commit();
    ann.git('push', '--quiet');
    bob.git('pull', '--quiet');
    bob.ok('sync');
    expect(bob.field('issue', 'issue_1', 'priority')).toBe(1);
    expect(bob.journal()).toEqual([]);
  });

  it.each(['rebase', 'squash'])('counts as one after a %s: what it says is in the new line', (how) => {
    const { ann, bob } = pair();
    ann.put('issue', 'issue_1', 'title=by ann');
    ann.commit();
    ann.git('push', '--quiet');
    bob.put('issue', 'issue_1', 'priority=4');
    bob.commit();
    bob.git('fetch', '--quiet');
    if (how === 'rebase') bob.git('rebase', '--quiet', 'origin/main');
    else {
      bob.git('branch', 'mine');
      bob.git('reset', '--quiet', '--hard', 'origin/main');
      bob.git('merge', '--quiet', '--squash', 'mine');
      bob.git('commit', '--quiet', '-m', 'squashed');
    }
    bob.put('issue', 'issue_1', 'details=later');
    bob.ok('sync');
    expect(['title', 'priority', 'details'].map((name) => bob.field('issue', 'issue_1', name))).toEqual([
      'by ann',
      4,
      'later',
    ]);
    expect(bob.journal()).toEqual([]);
    expect(bob.json(['sync'])).toMatchObject({ inSync: true });
  });

  it('is looked for in all of the history where the last agreement is gone', () => {
    const { ann, bob } = pair();
    bob.put('issue', 'issue_1', 'priority=4');
    bob.commit();
    bob.put('issue', 'issue_2', 'priority=4');
    bob.ok('sync');
    bob.git('reset', '--quiet', '--hard', 'origin/main');
    bob.git('reflog', 'expire', '--expire=now', '--all');
    bob.git('gc', '--quiet', '--prune=now');
    ann.put('issue', 'issue_1', 'title=by ann');
    ann.commit();
    ann.git('push', '--quiet');
    bob.git('pull', '--quiet', '--ff-only');
    bob.run(['sync']);
    expect(bob.field('issue', 'issue_1', 'title')).toBe('by ann');
    expect(bob.field('issue', 'issue_1', 'priority')).toBe(4);
    expect(bob.field('issue', 'issue_2', 'priority')).toBe(4);
  });
});

describe('what an import reads of the history', () => {
  /** How many lines of it a sync is given. */
  function linesRead(clone: Clone): number {
    const history = gitHistory(clone.dir);
    let count = 0;
    function* counted(lines: Iterable<HistoryLine>): Generator<HistoryLine> {
      for (const each of lines) {
        count++;
        yield each;
      }
    }
    clone.sync({
      point: history.point,
      changes: (since) => counted(history.changes(since)),
      arrivals: (since) => counted(history.arrivals(since)),
      anywhere: () => counted(history.anywhere()),
      published: () => counted(history.published()),
      unpublished: () => counted(history.unpublished()),
    });
    return count;
  }

  it('does not grow with what was before the last agreement, for one who only ever exports too', () => {
    const { ann, bob } = pair();
    let round = 0;
    const pullOne = (): number => {
      bob.git('pull', '--quiet');
      bob.put('memory', 'mem_1', `value=news ${++round}`);
      bob.commit();
      bob.git('push', '--quiet');
      ann.git('pull', '--quiet');
      return linesRead(ann);
    };
    const push = (commits: number): void => {
      for (let n = 0; n < commits; n++) {
        ann.put('issue', 'issue_1', `title=title ${n}`);
        ann.commit();
      }
      ann.git('push', '--quiet');
    };
    push(2);
    const first = pullOne();
    // The lines that bob and the last commit of ann's wrote, and those before them.
    expect(first).toBe(4);
    push(10);
    expect(pullOne()).toBe(first);
    expect(ann.field('memory', 'mem_1', 'value')).toBe('news 2');
    expect(linesRead(ann)).toBe(0);
  });

  it('begins before a commit whose files were not those of the work tree when it was agreed on', () => {
    const { ann, bob } = pair();
    bob.put('issue', 'issue_1', 'priority=4');
    bob.sync();
    ann.put('issue', 'issue_1', 'title=by ann');
    ann.put('memory', 'mem_1', 'value=by ann');
    ann.commit();
    ann.git('push', '--quiet');
    bob.git('fetch', '--quiet');
    bob.git('reset', '--quiet', '--mixed', 'origin/main');
    bob.sync();
    bob.git('checkout', '--quiet', '--', '.savecontext/memories.jsonl');
    bob.sync();
    expect(bob.field('memory', 'mem_1', 'value')).toBe('by ann');
    bob.git('checkout', '--quiet', '--', '.savecontext');
    bob.sync();
    expect(['title', 'priority'].map((name) => bob.field('issue', 'issue_1', name))).toEqual(['by ann', 4]);
  });
});

describe('gitHistory', () => {
  const line = (n: number, value: string): string =>
    `{"type":"memory","id":"mem_${String(n).padStart(6, '0')}","value":"${value}"}`;

  it('of 100,000 records reads what changed since the last agreement, and no more', () => {
    const clone = new Clone(join(folder(), 'large repository'));
    mkdirSync(clone.dir);
    const write = (edits: Readonly<Record<number, string>>): string => {
      const lines = Array.from({ length: 100_000 }, (_, n) => line(n, edits[n] ?? `value ${n}`));
      writeFileSync(join(clone.dir, 'memories.jsonl'), `${lines.join('\n')}\n`);
      clone.git('add', '-A');
      clone.git('commit', '--quiet', '-m', 'memories');
      return clone.git('rev-parse', 'HEAD');
    };
    write({});
    const agreed = write({ 7: 'agreed' });
    write({ 7: 'between', 9: '-- +' });
    write({ 7: 'now', 9: '-- +' });
    const history = gitHistory(clone.dir);
    expect(history.point()).toBe(clone.git('rev-parse', 'HEAD'));
    const lines = [...history.changes(agreed), ...history.arrivals(agreed)].map(
      ({ file, line: text, isNow }) => `${file} ${(JSON.parse(text) as { value: string }).value} ${isNow}`,
    );
    expect([...new Set(lines)].sort()).toEqual(
      ['-- + false', '-- + true', 'agreed false', 'between false', 'now false', 'now true', 'value 9 false'].map(
        (each) => `memories.jsonl ${each}`,
      ),
    );
    expect(lines.length).toBeLessThan(12);
  });

  it('is none without a repository, a commit or a folder', () => {
    const clone = new Clone(join(folder(), 'empty'));
    mkdirSync(clone.dir);
    for (const dir of [clone.dir, folder(), join(clone.root, 'none')]) {
      const history = gitHistory(dir);
      const parts = [
        history.changes(undefined),
        history.arrivals(undefined),
        history.anywhere(),
        history.published(),
        history.unpublished(),
      ];
      expect([history.point(), ...parts.map((lines) => [...lines])]).toEqual([undefined, [], [], [], [], []]);
    }
    rmSync(clone.dir, { recursive: true });
  });

  it('does not depend on what the user set for differences', () => {
    const clone = new Clone(join(folder(), 'ünüsual name'));
    mkdirSync(clone.dir);
    for (const [name, value] of [
      ['diff.noprefix', 'true'],
      ['diff.external', 'false'],
      ['color.ui', 'always'],
      ['diff.mnemonicPrefix', 'true'],
      ['log.showRoot', 'false'],
      ['log.diffMerges', 'off'],
    ] as const) {
      clone.git('config', name, value);
    }
    writeFileSync(join(clone.dir, 'memories.jsonl'), `${line(1, 'a')}\r\n`);
    clone.git('add', '-A');
    clone.git('commit', '--quiet', '-m', 'first');
    clone.git('switch', '--quiet', '-c', 'side');
    clone.git('commit', '--quiet', '--allow-empty', '-m', 'on the side');
    clone.git('switch', '--quiet', 'main');
    clone.git('merge', '--quiet', '--no-ff', '--no-commit', 'side');
    writeFileSync(join(clone.dir, 'memories.jsonl'), `${line(2, 'b')}\n`);
    clone.git('commit', '--quiet', '-am', 'made in a merge');
    expect(clone.git('rev-list', '--merges', '--count', 'HEAD')).toBe('1');
    const history = gitHistory(clone.dir);
    const lines = [...history.changes(undefined), ...history.arrivals(undefined)];
    expect(lines).toContainEqual({ file: 'memories.jsonl', line: line(2, 'b'), isNow: true });
    for (const each of [line(1, 'a'), line(2, 'b')]) {
      expect(lines).toContainEqual(expect.objectContaining({ file: 'memories.jsonl', line: each, isNow: false }));
    }
    expect(new Set(lines.map(({ file }) => file))).toEqual(new Set(['memories.jsonl']));
  });
});
