import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { driverCommand } from '../../src/git/driver-command.js';
import { markerSize } from '../../src/git/drive-merge.js';
import type { Ran } from '../cli/built-command.js';
import { thrownBy } from '../files/thrown.js';
import { folder, tryGit } from './clones.js';

const COMMAND = driverCommand({ key: ['id'], together: [], element: [], appendOnly: false }).replaceAll(
  '/src/',
  '/dist/',
);
const PAGE = new URL('../../docs/git-situations.md', import.meta.url);

/** A record that main, topic or both changed. Times decide where both set the title. */
const record = (x: number, y: number, title = 'one', at = 1): string =>
  `${JSON.stringify({ id: 'a', x, y, title, updated_at: at })}\n`;
const NEIGHBOURS = Array.from({ length: 9 }, (_, n) => `{"id":"n${n}"}\n`).join('');
const MERGED = `${record(1, 1, 'one', 4)}${NEIGHBOURS}`;
/** Two records with one key: nobody but a person can merge them. */
const made = (by: string): string => `${JSON.stringify({ id: 'new', created_by: by })}\n`;

/** A repository with a branch `topic`, both of which changed one record. */
class Repository {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  git(...args: readonly string[]): string {
    const { status, stdout, stderr } = this.try(...args);
    expect(status, `git ${args.join(' ')}: ${stdout}${stderr}`).toBe(0);
    return stdout;
  }

  try(...args: readonly string[]): Ran {
    return tryGit(this.root, args);
  }

  write(text: string, name = 'data.jsonl'): void {
    writeFileSync(join(this.root, name), text);
  }

  read(name = 'data.jsonl'): string {
    return readFileSync(join(this.root, name), 'utf8');
  }

  commit(text: string, name = 'data.jsonl'): void {
    this.write(text, name);
    this.git('add', '--all');
    this.git('commit', '--quiet', '--message', 'x');
  }

  /** The same change of both branches, and one each that only a person can merge. */
  conflict(): void {
    for (const branch of ['topic', 'main']) {
      this.git('switch', '--quiet', branch);
      this.commit(`${this.read()}${made(branch)}`);
    }
  }
}

const CONFLICT = (ours: string, theirs: string, size = 7): string => {
  const [begin, middle, other, end] = ['<', '|', '=', '>'].map((char) => char.repeat(size));
  return `${begin} ours\n${made(ours)}${middle} base\n${other}\n${made(theirs)}${end} theirs\n`;
};

let template: string;

beforeAll(() => {
  template = realpathSync(mkdtempSync(join(tmpdir(), 'sc-sync any file ')));
  const repository = new Repository(template);
  repository.git('init', '--quiet', '--initial-branch=main');
  repository.git('config', 'merge.jsonl-id.driver', COMMAND);
  repository.write('*.jsonl merge=jsonl-id\n', '.gitattributes');
  repository.commit(`${record(0, 0)}${NEIGHBOURS}`);
  repository.git('branch', 'topic');
  repository.commit(`${record(1, 0, 'one', 3)}${NEIGHBOURS}`);
  repository.git('switch', '--quiet', 'topic');
  repository.commit(`${record(0, 1, 'one', 2)}${NEIGHBOURS}`);
  repository.git('switch', '--quiet', 'main');
});

afterAll(() => {
  rmSync(template, { recursive: true, force: true });
});

function play(situation: (repository: Repository) => void): () => void {
  return () => {
    const root = folder();
    cpSync(template, root, { recursive: true });
    const repository = new Repository(root);
    // Git knows files by their times and places too.
    repository.git('update-index', '--refresh');
    situation(repository);
  };
}

/** By the first cell of its row in the page. */
const SITUATIONS: Readonly<Record<string, (repository: Repository) => void>> = {
  '`git merge`, `git pull`': (repository) => {
    repository.git('merge', '--quiet', '--no-edit', 'topic');
    expect(repository.read()).toBe(MERGED);
  },
  '`git merge --squash`': (repository) => {
    repository.git('merge', '--squash', '--quiet', 'topic');
    expect(repository.read()).toBe(MERGED);
    expect(repository.git('rev-list', '--count', 'HEAD').trim()).toBe('2');
  },
  '`git merge -X ours`, `-X theirs`': (repository) => {
    repository.commit(`${record(1, 0, 'by main', 9)}${NEIGHBOURS}`);
    repository.git('switch', '--quiet', 'topic');
    repository.commit(`${record(0, 1, 'by topic', 8)}${NEIGHBOURS}`);
    repository.git('switch', '--quiet', 'main');
    repository.git('merge', '--quiet', '--no-edit', '-X', 'theirs', 'topic');
    expect(repository.read()).toBe(`${record(1, 1, 'by main', 10)}${NEIGHBOURS}`);
    repository.git('reset', '--quiet', '--hard', 'HEAD~1');
    repository.conflict();
    expect(repository.try('merge', '-X', 'ours', 'topic').status).toBe(1);
    expect(repository.read()).toContain(CONFLICT('main', 'topic'));
  },
  '`git merge -s ours`': (repository) => {
    const before = repository.read();
    repository.git('merge', '--quiet', '--no-edit', '-s', 'ours', 'topic');
    expect(repository.read()).toBe(before);
  },
  '`git merge -s resolve`': (repository) => {
    expect(repository.try('merge', '--quiet', '-s', 'resolve', 'topic').status).toBe(1);
    expect(repository.read()).toMatch(/^<{7} /);
  },
  '`git merge ONE TWO`': (repository) => {
    const before = repository.read();
    repository.git('switch', '--quiet', '--create', 'second', 'main~1');
    repository.commit(`${before}{"id":"z"}\n`);
    repository.git('switch', '--quiet', 'main');
    expect(repository.try('merge', '--no-edit', 'topic', 'second').status).toBe(2);
    expect(repository.read()).toBe(before);
    expect(repository.git('status', '--porcelain')).toBe('');
  },
  '`git rebase`, `git cherry-pick`, `git revert`': (repository) => {
    repository.git('cherry-pick', 'topic');
    expect(repository.read()).toBe(MERGED);
    repository.git('revert', '--no-edit', 'HEAD~1');
    expect(repository.read()).toContain('"x":0,"y":1');
    repository.git('reset', '--quiet', '--hard', 'HEAD~2');
    repository.git('rebase', '--quiet', 'main', 'topic');
    expect(repository.read()).toBe(MERGED);
  },
  '`git rebase --apply`, `git am -3`, `git apply -3`': (repository) => {
    repository.write(repository.git('format-patch', '-1', 'topic', '--stdout'), '.git/one.patch');
    repository.git('apply', '--3way', '.git/one.patch');
    expect(repository.read()).toBe(MERGED);
    repository.git('reset', '--quiet', '--hard');
    repository.git('am', '--quiet', '--3way', '.git/one.patch');
    expect(repository.read()).toBe(MERGED);
    repository.git('reset', '--quiet', '--hard', 'HEAD~1');
    repository.git('rebase', '--quiet', '--apply', 'main', 'topic');
    expect(repository.read()).toBe(MERGED);
  },
  '`git stash pop`': (repository) => {
    repository.git('switch', '--quiet', '--detach', 'main~1');
    repository.write(`${record(0, 1, 'one', 2)}${NEIGHBOURS}`);
    repository.git('stash', '--quiet');
    repository.git('switch', '--quiet', 'main');
    repository.git('stash', 'pop', '--quiet');
    expect(repository.read()).toBe(MERGED);
    repository.git('reset', '--quiet', '--hard');
    repository.write(`${repository.read()}${made('stash')}`);
    repository.git('stash', '--quiet');
    repository.commit(`${repository.read()}${made('main')}`);
    expect(repository.try('stash', 'pop').status).toBe(1);
    expect(repository.read()).toContain(CONFLICT('main', 'stash'));
    expect(repository.git('stash', 'list')).toMatch(/^stash@\{0\}/);
  },
  '`git switch --merge`': (repository) => {
    repository.write(`${record(1, 0, 'by hand', 9)}${NEIGHBOURS}`);
    repository.git('switch', '--quiet', '--merge', 'topic');
    expect(repository.read()).toContain('"y":1,"title":"by hand"');
  },
  '`git checkout --merge FILE`': (repository) => {
    repository.conflict();
    expect(repository.try('merge', 'topic').status).toBe(1);
    const before = repository.read();
    repository.write('');
    repository.git('checkout', '--quiet', '--merge', 'data.jsonl');
    expect(repository.read()).toBe(before);
  },
  '`git merge-tree`': (repository) => {
    const show = (root: string): string => {
      const { stdout } = tryGit(root, ['merge-tree', '--write-tree', 'main', 'topic']);
      return tryGit(root, ['cat-file', 'blob', `${stdout.split('\n')[0] ?? ''}:data.jsonl`]).stdout;
    };
    if (repository.try('merge-tree', '--write-tree', 'main', 'main').status !== 0) return; // git before 2.38
    expect(show(repository.root)).toBe(MERGED);
    const bare = join(folder(), 'bare.git');
    repository.git('clone', '--quiet', '--bare', '.', bare);
    tryGit(bare, ['config', 'merge.jsonl-id.driver', COMMAND]);
    cpSync(join(repository.root, '.gitattributes'), join(bare, 'info/attributes'));
    expect(show(bare)).toBe(MERGED);
  },
  '`git merge --abort`': (repository) => {
    repository.conflict();
    const before = repository.read();
    repository.try('merge', 'topic');
    repository.git('merge', '--abort');
    expect(repository.read()).toBe(before);
  },
  rerere: (repository) => {
    repository.git('config', 'rerere.enabled', 'true');
    repository.conflict();
    repository.try('merge', 'topic');
    const conflict = repository.read();
    const solved = (text: string): string =>
      text.replace(CONFLICT('main', 'topic'), `${made('main')}${made('topic').replace('new', 'newer')}`);
    expect(solved(conflict)).not.toBe(conflict);
    repository.commit(solved(conflict));
    repository.git('reset', '--quiet', '--hard', 'HEAD~1');
    // Another record changes meanwhile.
    repository.commit(repository.read().replace('{"id":"n4"}', '{"id":"n4","v":1}'));
    expect(repository.try('merge', 'topic').stderr).toContain('using previous resolution');
    expect(repository.read()).toBe(solved(conflict).replace('{"id":"n4"}', '{"id":"n4","v":1}'));
  },
  '`conflict-marker-size`': (repository) => {
    repository.write('*.jsonl conflict-marker-size=12\n', '.git/info/attributes');
    repository.conflict();
    repository.try('merge', 'topic');
    expect(repository.read()).toContain(CONFLICT('main', 'topic', 12));
    repository.git('merge', '--abort');
    // Where the driver is gone as well.
    repository.git('config', 'merge.jsonl-id.driver', COMMAND.replaceAll('merge-driver.cjs', 'gone.cjs'));
    repository.try('merge', 'topic');
    expect(repository.read()).toMatch(/^<{12} ours$/m);
  },
  'crossed merges': (repository) => {
    repository.conflict();
    repository.git('branch', 'first', 'topic');
    for (const [branch, other] of [
      ['topic', 'main'],
      ['main', 'first'],
    ] as const) {
      repository.git('switch', '--quiet', branch);
      repository.git('merge', '--quiet', '--no-edit', '-s', 'ours', other);
      repository.commit(repository.read().replace('"title"', `"${branch}":1,"title"`));
    }
    expect(repository.try('merge', 'topic').status).toBe(1);
    expect(repository.read()).toContain(CONFLICT('main', 'topic'));
    expect(repository.read()).toMatch(/^\{"id":"a",.*"main":1/);
    expect(repository.read()).toMatch(/^\{"id":"a",.*"topic":1/);
    expect(repository.read().match(/^<{7}/gm)).toHaveLength(1);
  },
  'a file that one side renamed': (repository) => {
    repository.git('mv', 'data.jsonl', 'moved.jsonl');
    repository.commit('', 'other.txt');
    repository.git('merge', '--quiet', '--no-edit', 'topic');
    expect(repository.read('moved.jsonl')).toBe(MERGED);
    expect(existsSync(join(repository.root, 'data.jsonl'))).toBe(false);
  },
  'a file that one side deleted': (repository) => {
    repository.git('rm', '--quiet', 'data.jsonl');
    repository.commit('', 'other.txt');
    expect(repository.try('merge', 'topic').stdout).toContain('CONFLICT (modify/delete)');
    expect(repository.read()).toBe(`${record(0, 1, 'one', 2)}${NEIGHBOURS}`);
  },
  'a file that both sides added': (repository) => {
    repository.commit('{"id":1}\n{"id":2}\n', 'added.jsonl');
    repository.git('switch', '--quiet', 'topic');
    repository.commit('{"id":1}\n{"id":3}\n', 'added.jsonl');
    repository.git('merge', '--quiet', '--no-edit', 'main');
    expect(repository.read('added.jsonl')).toBe('{"id":1}\n{"id":2}\n{"id":3}\n');
  },
  'markers that somebody committed': (repository) => {
    const left = '<<<<<<< HEAD\n{"id":"old","v":1}\n=======\n{"id":"old","v":2}\n>>>>>>> topic\n';
    repository.commit(`${record(0, 0)}${left}`, 'marked.jsonl');
    repository.git('switch', '--quiet', '--create', 'one');
    repository.commit(`${record(1, 0, 'one', 3)}${left}`, 'marked.jsonl');
    repository.git('switch', '--quiet', 'main');
    repository.commit(`${record(0, 1, 'one', 2)}${left}`, 'marked.jsonl');
    repository.git('merge', '--quiet', '--no-edit', 'one');
    expect(repository.read('marked.jsonl')).toBe(`${record(1, 1, 'one', 4)}${left}`);
  },
  'values that lose': (repository) => {
    repository.commit(`${record(1, 0, 'by main', 9)}${NEIGHBOURS}`);
    repository.git('switch', '--quiet', 'topic');
    repository.commit(`${record(0, 1, 'by topic', 8)}${NEIGHBOURS}`);
    const { stderr } = repository.try('merge', '--no-edit', 'main');
    expect(stderr).toContain('data.jsonl: 1 value lost the merge, kept in ');
    const kept = join(repository.root, '.git/sc-sync');
    const texts = readdirSync(kept).map((name) => readFileSync(join(kept, name), 'utf8'));
    expect(texts.join('')).toContain('by topic');
    expect(repository.git('status', '--porcelain')).toBe('');
  },
  'a clone without the driver': (repository) => {
    repository.git('config', '--unset', 'merge.jsonl-id.driver');
    expect(repository.try('merge', 'topic').status).toBe(1);
    expect(repository.read()).toMatch(/^<{7} /);
  },
};

describe('any JSONL file', { timeout: 120_000 }, () => {
  for (const [name, situation] of Object.entries(SITUATIONS)) it(name, play(situation));

  it('has markers of a length that is a number', () => {
    expect(markerSize('12')).toBe(12);
    expect(markerSize(undefined)).toBeUndefined();
    for (const word of ['0', '-1', 'x', '1.5', '99999', '']) {
      expect(thrownBy(() => markerSize(word))).toMatchObject({ code: 'usage' });
    }
  });

  it('has a row in the page for each of these situations', () => {
    const [, section = ''] = /^## Any JSONL file$([^]*?)(?=^## |$(?![^]))/m.exec(readFileSync(PAGE, 'utf8')) ?? [];
    const rows = [...section.matchAll(/^\| (.*?) +\| /gm)].flatMap(([, cell = '']) =>
      /^(?:Situation|-+)$/.test(cell) ? [] : [cell],
    );
    expect(rows).toEqual(Object.keys(SITUATIONS));
  });
});
