import { constants } from 'node:buffer';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { committerEnvironment } from '../../src/git/commit-folder.js';
import { mergeDataBytes } from '../../src/git/drive-merge.js';
import { mergeObjects } from '../../src/git/merge-objects.js';
import { idOf, readObjects, writeObjects } from '../../src/git/objects.js';
import { requireRepository } from '../../src/git/repository.js';
import { formatTree, readWays } from '../../src/git/trees.js';
import { savecontext } from '../../src/savecontext/registry.js';
import { Clone, folder, tryGit } from './clones.js';

/** What a side has of a file; undefined for one that it has not. */
type Files = Readonly<Record<string, string | undefined>>;

const issue = (id: number, title: number): string =>
  `{"type":"issue","id":"issue_${id}","short_id":"${id}","project_path":".","title":"title ${title}","description":null,"details":null,"status":"open","priority":2,"issue_type":"task","plan_id":null,"created_by_agent":null,"assigned_to_agent":null,"created_at":1,"updated_at":${title},"closed_at":null,"v":1,"exported_at":"2026-01-01T00:00:00.000Z"}\n`;

/** Some texts are alike, so that git takes one file for another that was renamed. */
const text = fc.constantFrom(...['a', 'b', 'c'].map((word) => `${word}\n`.repeat(9)));
const records = fc
  .tuple(
    ...[1, 2, 3].map((id) =>
      fc.option(fc.nat(3), { nil: undefined }).map((n) => (n === undefined ? '' : issue(id, n))),
    ),
  )
  .map((lines) => lines.join(''));

/** Other files, one of which git sorts between a folder and what lies in it, and data files. */
const files = (dir: string): fc.Arbitrary<Files> => {
  const others = ['a.txt', 'src/x.txt', 'src/y.txt', `${dir}.txt`, `${dir}/notes.txt`, `${dir}/é ü.md`];
  const data = [`${dir}/issues.jsonl`, `${dir}/more.jsonl`];
  const each = (names: readonly string[], one: fc.Arbitrary<string>): [string, fc.Arbitrary<string | undefined>][] =>
    names.map((name) => [name, fc.option(one, { nil: undefined, freq: 4 })]);
  return fc.record(Object.fromEntries([...each(others, text), ...each(data, records)]));
};

/** A side changes some of what there was. */
const changed = (base: Files, dir: string): fc.Arbitrary<Files> =>
  fc
    .tuple(files(dir), fc.array(fc.constantFrom(...Object.keys(base)), { maxLength: 4 }))
    .map(([other, names]) => ({ ...base, ...Object.fromEntries(names.map((name) => [name, other[name]])) }));

const scene = (dir: string): fc.Arbitrary<{ base: Files; ours: Files; theirs: Files }> =>
  files(dir).chain((base) =>
    fc.record({ base: fc.constant(base), ours: changed(base, dir), theirs: changed(base, dir) }),
  );

function commit(clone: Clone, what: Files, message: string): string {
  for (const [path, content] of Object.entries(what)) {
    const full = join(clone.root, path);
    mkdirSync(dirname(full), { recursive: true });
    if (content === undefined) rmSync(full, { force: true });
    else writeFileSync(full, content);
  }
  clone.git('add', '-A');
  clone.git('commit', '--quiet', '--allow-empty', '-m', message);
  return clone.git('rev-parse', 'HEAD');
}

describe('a merge without a work tree', () => {
  it.each(['.savecontext', 'p q/deep/.savecontext'])('is the one that git makes, with data files in %s', (dir) => {
    let made = 0;
    fc.assert(
      fc.property(scene(dir), ({ base, ours, theirs }) => {
        const clone = new Clone(join(folder(), 'clone')).useDriver(`"${dir}/*.jsonl"`);
        const commits = { base: commit(clone, base, 'base'), ours: commit(clone, ours, 'ours'), theirs: '' };
        clone.git('checkout', '--quiet', '--detach', commits.base);
        commits.theirs = commit(clone, theirs, 'theirs');
        clone.git('checkout', '--quiet', commits.ours);
        const repository = requireRepository(clone.root);
        const [baseWay = [], oursWay = [], theirsWay = []] = readWays(clone.root, Object.values(commits), dir);
        const result = mergeObjects(
          {
            ...{ repository, registry: savecontext, dir: join(clone.root, dir), message: 'merged\n\n' },
            ...{ head: commits.ours, theirs: commits.theirs },
            env: { ...committerEnvironment(repository, 'tester'), GIT_COMMITTER_NAME: 'tester' },
          },
          { base: baseWay, ours: oursWay, theirs: theirsWay },
        );
        const merged = tryGit(clone.root, ['merge', '--quiet', '--no-ff', '-m', 'merged', commits.theirs]);
        if (result === undefined) return;
        made += 1;
        expect(merged.status, merged.stdout).toBe(0);
        expect(clone.git('rev-parse', `${result.commit}^{tree}`)).toBe(clone.git('rev-parse', 'HEAD^{tree}'));
        expect(clone.git('rev-list', '--parents', '-1', result.commit).split(' ').slice(1)).toEqual([
          commits.ours,
          commits.theirs,
        ]);
        expect(clone.git('log', '-1', '--format=%B|%cn', result.commit)).toBe('merged\n|tester');
        expect(clone.tryGit('fsck', '--strict', '--no-dangling').stderr).not.toMatch(/error|warning/);
      }),
      { numRuns: 12 },
    );
    expect(made).toBeGreaterThan(4);
  });
});

describe('a version of a data file', () => {
  it('that differs in more than any text can have is left to git', () => {
    const [one, large] = [Buffer.from(issue(1, 1)), Buffer.alloc(constants.MAX_STRING_LENGTH + 1)];
    const merged = (theirs: Buffer): unknown =>
      mergeDataBytes(savecontext, 'issues.jsonl', { base: one, ours: one, theirs }, 0)?.content.toString();
    expect(merged(Buffer.from(issue(1, 2)))).toBe(issue(1, 2));
    expect(merged(large)).toBeUndefined();
  });
});

describe('objects', () => {
  it.each(['sha1', 'sha256'])('of any size are written and read as git does (%s)', (format) => {
    const root = folder();
    tryGit(root, ['init', '--quiet', `--object-format=${format}`]);
    const repository = requireRepository(root);
    const sizes = [0, 1, 15, 16, 2047, 2048, 300_000];
    const blobs = sizes.map((size) => ({ type: 'blob' as const, content: Buffer.alloc(size, 'a\0é') }));
    const ids = blobs.map((blob) => idOf(repository, blob));
    const entry = { mode: '100644', object: ids[1] ?? '' };
    const tree = {
      type: 'tree' as const,
      content: formatTree(
        new Map([
          ['b', entry],
          ['a', entry],
        ]),
      ),
    };
    writeObjects(repository, [...blobs, tree]);
    const all = readObjects(root, [...ids, 'HEAD:no such\nfile', idOf(repository, tree)]);
    expect(all.map((found) => found?.content)).toEqual([
      ...blobs.map(({ content }) => content),
      undefined,
      tree.content,
    ]);
    expect(tryGit(root, ['ls-tree', '--name-only', idOf(repository, tree)]).stdout).toBe('a\nb\n');
    expect(tryGit(root, ['fsck', '--strict', '--no-dangling']).status).toBe(0);
  });
});
