import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { gitHistory } from '../../src/git/history.js';
import { Clone, folder, pair } from './clones.js';

/** Ann adds things on a branch; what bob sees of it there, she takes away again before it comes into the main branch, or is written anew. */
function branched(): { ann: Clone; bob: Clone } {
  const { ann, bob } = pair();
  ann.git('switch', '--quiet', '-c', 'feature');
  ann.put('issue', 'issue_1', 'title=one', 'details=d1', 'labels=["a","b","wip"]');
  ann.put('memory', 'mem_2', 'value=two');
  ann.put('memory', 'mem_9', 'key=k9', 'value=nine', 'category=note');
  ann.commit();
  ann.git('push', '--quiet', '-u', 'origin', 'feature');
  bob.git('fetch', '--quiet');
  bob.git('switch', '--quiet', 'feature');
  bob.sync();
  return { ann, bob };
}

function takeAway(ann: Clone): void {
  ann.put('issue', 'issue_1', 'title=two', 'details=d', 'labels=["b"]');
  ann.put('issue', 'issue_2', 'details=more');
  ann.rm('memory', 'mem_2');
  ann.rm('memory', 'mem_9');
  ann.sync();
}

function commit(clone: Clone, ...options: readonly string[]): void {
  clone.git('add', '-A', '.savecontext');
  clone.git('commit', '--quiet', '-m', 'records', ...options);
}

function squash(ann: Clone): void {
  takeAway(ann);
  commit(ann);
  ann.git('push', '--quiet');
  ann.git('switch', '--quiet', 'main');
  ann.git('merge', '--quiet', '--squash', 'feature');
  ann.git('commit', '--quiet', '-m', 'squashed');
  ann.git('push', '--quiet');
}

function deleteBranch(ann: Clone): void {
  ann.git('branch', '--quiet', '-D', 'feature');
  ann.git('push', '--quiet', 'origin', '--delete', 'feature');
}

function backToMain(bob: Clone): void {
  bob.git('fetch', '--quiet', '--prune');
  bob.git('switch', '--quiet', 'main');
  bob.git('pull', '--quiet', '--ff-only');
}

function follow(bob: Clone): void {
  bob.git('fetch', '--quiet');
  bob.git('reset', '--quiet', '--hard', 'origin/feature');
}

/** The ways in which commits that somebody has are not those that come to stay. */
const REWRITES: Readonly<Record<string, (ann: Clone, bob: Clone) => void>> = {
  'a squash merge': (ann, bob) => {
    squash(ann);
    backToMain(bob);
  },
  'a squash merge of a branch that nobody has any more': (ann, bob) => {
    squash(ann);
    deleteBranch(ann);
    backToMain(bob);
    bob.git('branch', '--quiet', '-D', 'feature');
    bob.git('reflog', 'expire', '--expire=now', '--all');
  },
  'an amended commit that was pushed by force': (ann, bob) => {
    takeAway(ann);
    commit(ann, '--amend');
    ann.git('push', '--quiet', '--force');
    follow(bob);
  },
  'a rebase of a shared branch': (ann, bob) => {
    takeAway(ann);
    commit(ann);
    ann.git('switch', '--quiet', '-c', 'other', 'origin/main');
    ann.git('commit', '--quiet', '--allow-empty', '-m', 'another commit');
    ann.git('switch', '--quiet', 'feature');
    ann.git('reset', '--quiet', '--soft', 'origin/main');
    ann.git('commit', '--quiet', '-m', 'both as one');
    ann.git('rebase', '--quiet', 'other');
    ann.git('push', '--quiet', '--force');
    follow(bob);
  },
  'a cherry-pick': (ann, bob) => {
    takeAway(ann);
    commit(ann);
    ann.git('push', '--quiet');
    ann.git('switch', '--quiet', 'main');
    ann.git('cherry-pick', 'feature');
    // The driver leaves the line of a record that the branch had changed before it was deleted there.
    ann.commit();
    ann.git('push', '--quiet');
    backToMain(bob);
  },
};

describe.each(Object.entries(REWRITES))('after %s', (_, rewrite) => {
  it('a clone that edited nothing takes what the files say, and makes no version or conflict of its own', () => {
    const { ann, bob } = branched();
    rewrite(ann, bob);
    const files = bob.files();
    bob.sync();
    expect(bob.files()).toEqual(files);
    expect(bob.git('status', '--porcelain')).toBe('');
    // He is told what ann's clone merged, and has nothing else.
    expect(bob.journal().filter((lost) => !ann.journal().includes(lost))).toEqual([]);
    expect(['title', 'details', 'labels'].map((name) => bob.field('issue', 'issue_1', name))).toEqual([
      'two',
      'd',
      ['b'],
    ]);
    expect(['mem_2', 'mem_9'].map((id) => bob.field('memory', id, 'value'))).toEqual([undefined, undefined]);
  });
});

describe('who edited on a branch that was squashed', () => {
  /** Bob edits too, and ann takes away some of what both had before she squashes it. */
  function squashed(): { ann: Clone; bob: Clone } {
    const { ann, bob } = branched();
    bob.put('issue', 'issue_1', 'priority=4');
    bob.put('memory', 'mem_2', 'value=by bob');
    bob.commit();
    bob.git('push', '--quiet');
    ann.git('pull', '--quiet');
    ann.sync();
    squash(ann);
    return { ann, bob };
  }

  it('makes no version of his own, and is told of nothing while the remote has his commit', () => {
    const { ann, bob } = squashed();
    backToMain(bob);
    bob.put('issue', 'issue_1', 'assigned_to_agent=bob');
    bob.sync();
    expect(['labels', 'priority', 'assigned_to_agent'].map((name) => bob.field('issue', 'issue_1', name))).toEqual([
      ['b'],
      4,
      'bob',
    ]);
    expect(bob.field('memory', 'mem_2', 'value')).toBeUndefined();
    expect(bob.journal()).toEqual([]);
    bob.put('issue', 'issue_1', 'assigned_to_agent=null');
    bob.commit();
    bob.git('push', '--quiet');
    ann.git('pull', '--quiet');
    ann.sync();
    expect(ann.records()).toBe(bob.records());
  });

  it('makes none where the branch is gone, and finds what only his clone still has in the journal', () => {
    const { ann, bob } = squashed();
    deleteBranch(ann);
    backToMain(bob);
    bob.sync();
    expect(bob.git('status', '--porcelain')).toBe('');
    expect(bob.field('issue', 'issue_1', 'priority')).toBe(4);
    const journal = bob.journal().join('\n');
    expect(journal).toContain('issue/issue_1 labels ["wip"]');
    expect(journal).toContain('by bob');
    expect(journal).not.toContain('priority 4');
  });
});

/** Ways in which a commit of bob's comes to be in his clone alone. */
const TAKEN_BACK: Readonly<Record<string, (bob: Clone, ann: Clone) => void>> = {
  'on a branch of his own': (bob) => {
    bob.git('switch', '--quiet', '-c', 'mine');
    commit(bob);
    bob.git('switch', '--quiet', 'main');
  },
  reset: (bob) => {
    commit(bob);
    bob.git('reset', '--quiet', '--hard', 'HEAD~1');
  },
  'reset with a merge that took it in': (bob, ann) => {
    commit(bob);
    ann.put('issue', 'issue_1', 'details=before');
    ann.commit();
    ann.git('push', '--quiet');
    bob.git('pull', '--quiet', '--no-rebase', '--no-edit');
    bob.sync();
    expect(bob.field('issue', 'issue_1', 'details')).toBe('before');
    bob.git('reset', '--quiet', '--hard', 'origin/main~1');
  },
};

describe.each(Object.entries(TAKEN_BACK))('a commit that only one clone has: %s', (_, takeBack) => {
  it('loses to a newer version, and its values are in the journal', () => {
    const { ann, bob } = pair();
    bob.put('issue', 'issue_1', 'priority=4', 'labels=["a","b","mine"]');
    bob.put('memory', 'mem_1', 'value=by bob');
    bob.sync();
    takeBack(bob, ann);
    ann.put('issue', 'issue_1', 'title=by ann');
    ann.rm('memory', 'mem_1');
    ann.commit();
    ann.git('push', '--quiet');
    bob.git('pull', '--quiet', '--ff-only');
    bob.sync();
    expect(bob.git('status', '--porcelain')).toBe('');
    expect(['title', 'labels'].map((name) => bob.field('issue', 'issue_1', name))).toEqual(['by ann', ['a', 'b']]);
    const [label, priority, memory, ...rest] = bob.journal();
    expect([label, priority, rest]).toEqual(['issue/issue_1 labels ["mine"]', 'issue/issue_1 priority 4', []]);
    expect(memory).toMatch(/^memory\/mem_1 null .*by bob/);
  });
});

it('an edit that came by a patch and was discarded before anybody committed it is merged with a newer version', () => {
  const { ann, bob, remote } = pair();
  const dan = Clone.of(remote, join(dirname(ann.root), 'dan'));
  dan.init();
  dan.sync();
  ann.put('issue', 'issue_1', 'priority=4');
  ann.sync();
  writeFileSync(join(bob.dir, 'issues.jsonl'), ann.read('issues.jsonl'));
  bob.sync();
  bob.git('checkout', '--quiet', '--', '.');
  dan.put('issue', 'issue_1', 'title=by dan');
  dan.commit();
  dan.git('push', '--quiet');
  bob.git('pull', '--quiet', '--ff-only');
  bob.sync();
  expect(['title', 'priority'].map((name) => bob.field('issue', 'issue_1', name))).toEqual(['by dan', 4]);
});

describe('what is read of commits outside of the history', () => {
  it('is nothing for plain news, and for others only what may decide', () => {
    const { ann, bob } = branched();
    const read = (clone: Clone): string[] => {
      const history = gitHistory(clone.dir);
      const parts: string[] = [];
      const noting = <T>(part: string, lines: T): T => {
        parts.push(part);
        return lines;
      };
      clone.sync({
        ...history,
        published: () => noting('published', history.published()),
        unpublished: () => noting('unpublished', history.unpublished()),
      });
      return parts;
    };
    bob.put('issue', 'issue_3', 'priority=4');
    bob.commit();
    bob.git('push', '--quiet');
    ann.git('pull', '--quiet');
    expect(read(ann)).toEqual([]);
    ann.put('issue', 'issue_3', 'priority=3');
    squash(ann);
    backToMain(bob);
    // His own version of one record is on the remote; of the others he has somebody else's.
    expect(read(bob)).toEqual(['unpublished', 'published']);
    expect(bob.git('status', '--porcelain')).toBe('');
  });

  it('is what branches, tags, remotes and the reflog have, without stashes', () => {
    const clone = new Clone(join(folder(), 'repository'));
    mkdirSync(clone.dir);
    const write = (value: string): void => {
      writeFileSync(join(clone.dir, 'memories.jsonl'), `{"type":"memory","id":"mem_1","value":"${value}"}\n`);
      clone.git('add', '-A');
    };
    const commitOf = (value: string, ...options: readonly string[]): void => {
      write(value);
      clone.git('commit', '--quiet', '-m', value, ...options);
    };
    commitOf('main');
    clone.git('switch', '--quiet', '-c', 'local');
    commitOf('on a branch');
    clone.git('switch', '--quiet', '--detach', 'main');
    commitOf('amended');
    commitOf('under a stash', '--amend');
    write('stashed');
    clone.git('stash', '--quiet');
    write('stashed again');
    clone.git('stash', '--quiet');
    clone.git('switch', '--quiet', '--detach', 'main');
    commitOf('tagged');
    clone.git('tag', 'v1');
    clone.git('switch', '--quiet', '--detach', 'main');
    commitOf('on the remote');
    clone.git('update-ref', 'refs/remotes/origin/feature', 'HEAD');
    clone.git('switch', '--quiet', 'main');
    const history = gitHistory(clone.dir);
    const values = (lines: Iterable<{ readonly line: string }>): string[] =>
      [...lines].map(({ line }) => (JSON.parse(line) as { value: string }).value).sort();
    expect(values(history.published())).toEqual(['on the remote', 'tagged']);
    expect(values(history.unpublished())).toEqual(['amended', 'on a branch', 'under a stash']);
  });
});
