import { mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import type { JsonObject } from '../cli/helpers.js';
import { Clone, folder } from './clones.js';

const BASE = '{"id":"a","x":1,"t":"é","m":{"q":1},"updated_at":1}';
const TOPIC = '{"id":"a","x":2,"t":"ö","m":{"q":1},"updated_at":2}';
const MAIN = '{"id":"a","x":3,"t":"ä","m":{"q":3},"updated_at":5}';
const FILE = 'data/bugs.jsonl';

/** A repository without a database whose branches both changed a record. */
function repository(base = BASE, topic = TOPIC, main = MAIN): Clone {
  const clone = new Clone(join(folder(), 'repository'));
  clone.ok('init', '--driver-only', '--key', 'id', '*.jsonl');
  mkdirSync(join(clone.root, 'data'));
  const commit = (line: string): void => {
    writeFileSync(join(clone.root, FILE), `{"id":"0"}\r\n${line}\n`);
    clone.git('add', '-A');
    clone.git('commit', '--quiet', '-m', line);
  };
  commit(base);
  clone.git('switch', '--quiet', '-c', 'topic');
  commit(topic);
  clone.git('switch', '--quiet', 'main');
  commit(main);
  return clone;
}

const read = ({ root }: Clone): string => readFileSync(join(root, FILE), 'utf8');
const listed = (clone: Clone): JsonObject[] => (clone.json(['conflicts'])['files'] ?? []) as JsonObject[];
const nameOf = (clone: Clone, field: string): string =>
  String(listed(clone).find((one) => one['field'] === field)?.['n']);

describe('values that lost in a file of another program', { timeout: 120_000 }, () => {
  it('are listed without a database, and taken back into the file', () => {
    const clone = repository();
    clone.git('merge', '--quiet', '--no-edit', 'topic');
    expect(read(clone)).toBe(`{"id":"0"}\r\n${MAIN}\n`);
    expect(listed(clone)).toMatchObject([
      { path: FILE, id: 'a', field: 'x', base: 1, kept: 3, lost: 2 },
      { path: FILE, id: 'a', field: 't', base: 'é', kept: 'ä', lost: 'ö' },
    ]);
    expect(clone.ok('conflicts')).toMatch(/f[0-9a-f]{7} +data\/bugs\.jsonl a +t +"ä" +"ö" +merge/);
    const title = nameOf(clone, 't');
    expect(clone.ok('conflicts', 'show', title)).toContain('lost: "ö"\n');
    expect(clone.ok('conflicts', 'take', title)).toContain(`put t of a back into ${FILE}`);
    expect(read(clone)).toBe('{"id":"0"}\r\n{"id":"a","x":3,"t":"ö","m":{"q":3},"updated_at":6}\n');
    expect(listed(clone)).toMatchObject([{ field: 'x' }]);
    expect(clone.ok('conflicts', 'drop', FILE)).toBe('dropped 1 entry\n');
    expect(clone.ok('conflicts')).toBe('no value is lost\n');
    expect(clone.run(['conflicts', 'take', title]).status).toBe(4);
  });

  it('stand beside the journal where there is a database', () => {
    const clone = repository();
    clone.ok('init');
    clone.git('merge', '--quiet', '--no-edit', 'topic');
    expect(listed(clone)).toHaveLength(2);
    expect(clone.json(['conflicts', 'take', nameOf(clone, 'x')])).toMatchObject({ files: [{ field: 'x' }] });
    expect(read(clone)).toContain('"x":2');
    expect(clone.json(['conflicts', 'take', '99'], 4)).toMatchObject({ error: { code: 'not_found' } });
  });

  it('stay, all of them, where one has no place', () => {
    const clone = repository();
    clone.git('merge', '--quiet', '--no-edit', 'topic');
    const refuses = (prepare: () => void, why: string): void => {
      prepare();
      expect(clone.json(['conflicts', 'take', FILE], 6)).toMatchObject({
        error: { code: 'refused', message: expect.stringContaining(why) as string },
      });
      expect(listed(clone)).toHaveLength(2);
    };
    const path = join(clone.root, FILE);
    refuses(() => {
      writeFileSync(path, '{"id":"b"}\n');
    }, 'no line has the key a');
    refuses(() => {
      writeFileSync(path, `${MAIN}\n${MAIN}\n`);
    }, 'several lines have the key a');
    refuses(() => {
      writeFileSync(path, `<<<<<<< x\n${MAIN}\n=======\n>>>>>>> y\n`);
    }, 'conflict markers');
    refuses(() => {
      rmSync(path);
    }, 'is gone');
    const elsewhere = folder();
    refuses(() => {
      rmSync(join(clone.root, 'data'), { recursive: true });
      writeFileSync(join(elsewhere, 'bugs.jsonl'), MAIN);
      symlinkSync(elsewhere, join(clone.root, 'data'));
    }, 'outside of the work tree');
    expect(readFileSync(join(elsewhere, 'bugs.jsonl'), 'utf8')).toBe(MAIN);
  });

  it('are told from lines that are none', () => {
    const clone = repository();
    clone.git('merge', '--quiet', '--no-edit', 'topic');
    const place = join(clone.root, '.git/sc-sync');
    writeFileSync(join(place, '.lost-values.1.00'), 'null\n{"path":1}\n{\n');
    expect(listed(clone)).toHaveLength(2);
    const { stdout, stderr } = clone.run(['conflicts']);
    expect((stdout + stderr).match(/is no value that lost/g)).toHaveLength(3);
    clone.ok('conflicts', 'drop', FILE);
    expect(readdirSync(place)).toEqual(['.lost-values.1.00']);
  });
});

describe('resolve of files of other programs', { timeout: 120_000 }, () => {
  const withoutDriver = (clone: Clone): Clone => {
    clone.git('config', '--remove-section', 'merge.jsonl-id');
    expect(clone.tryGit('merge', '--quiet', '--no-edit', 'topic').status).toBe(1);
    expect(read(clone)).toContain('<<<<<<<');
    return clone;
  };

  it('makes anew what git merged as text, keeps what lost, and says what the clone lacks', () => {
    const clone = withoutDriver(repository());
    expect(clone.ok('resolve', '--dry-run')).toContain(`would make ${FILE} anew`);
    const said = clone.ok('resolve');
    expect(said).toContain(`made ${FILE} anew from its versions in git\n`);
    expect(said).toContain('the merge driver jsonl-id is not set up in this clone');
    expect(read(clone)).toBe(`{"id":"0"}\r\n${MAIN}\n`);
    expect(clone.git('ls-files', '-u')).toBe('');
    expect(listed(clone).map(({ lost }) => lost)).toEqual([2, 'ö']);
    const [copy = ''] = readdirSync(join(clone.root, '.git/sc-sync/.history'));
    expect(readFileSync(join(clone.root, '.git/sc-sync/.history', copy, FILE), 'utf8')).toContain('<<<<<<<');
    clone.git('commit', '--quiet', '--no-edit');
    expect(clone.ok('resolve')).toContain('nothing to heal');
  });

  it('leaves what somebody must decide, and what somebody decided', () => {
    const two = (at: number): string => `{"id":"n","created_at":${at}}`;
    const clone = withoutDriver(repository(BASE, two(1), two(2)));
    const before = read(clone);
    expect(clone.json(['resolve'], 1)).toMatchObject({
      others: { files: [{ name: FILE, problems: [expect.stringContaining('two records have this key') as string] }] },
    });
    expect(read(clone)).toBe(before);
    writeFileSync(join(clone.root, FILE), `${two(1)}\n`);
    expect(clone.json(['resolve'], 1)).toEqual({
      dir: clone.dir,
      dryRun: false,
      others: { undecided: [FILE] },
    });
    expect(read(clone)).toBe(`${two(1)}\n`);
  });

  it('leaves a file that one side removed, and files that no driver is named for', () => {
    const clone = repository();
    clone.git('config', '--remove-section', 'merge.jsonl-id');
    clone.git('rm', '--quiet', FILE);
    clone.git('commit', '--quiet', '-m', 'gone');
    expect(clone.tryGit('merge', 'topic').status).toBe(1);
    expect(clone.json(['resolve'], 1)).toMatchObject({ others: { undecided: [FILE] } });
    clone.git('merge', '--abort');
    writeFileSync(join(clone.root, '.gitattributes'), '');
    expect(clone.tryGit('merge', 'topic').status).toBe(1);
    expect(clone.ok('resolve')).toContain('nothing to heal');
  });
});

describe('log of a file of another program', { timeout: 120_000 }, () => {
  it('finds a record by its key, through merges, and says which fields changed', () => {
    const clone = repository();
    clone.git('merge', '--quiet', '--no-edit', 'topic');
    writeFileSync(join(clone.root, FILE), read(clone).replace('"x":3', '"x":NaN'));
    // A file of ours with the same id says nothing of it.
    clone.ok('init');
    mkdirSync(join(clone.root, 'other'));
    writeFileSync(join(clone.root, 'other/issues.jsonl'), MAIN);
    clone.git('add', 'other');
    const { versions } = clone.json(['log', FILE, 'a']) as { versions: JsonObject[] };
    expect(versions.map(({ action, fields }) => [action, fields])).toEqual([
      ['changed', [{ field: 'x', from: 3, to: 'NaN' }]],
      [
        'changed',
        [
          { field: 'x', from: 1, to: 3 },
          { field: 't', from: 'é', to: 'ä' },
          { field: 'm', from: { q: 1 }, to: { q: 3 } },
          { field: 'updated_at', from: 1, to: 5 },
        ],
      ],
      [
        'changed',
        [
          { field: 'x', from: 1, to: 2 },
          { field: 't', from: 'é', to: 'ö' },
          { field: 'updated_at', from: 1, to: 2 },
        ],
      ],
      ['created', undefined],
    ]);
    expect(clone.ok('log', FILE, 'a', '--limit', '1')).toBe('not committed  changed\n    x: 3 -> NaN\n');
    expect(clone.json(['log', FILE, 'zzz'], 4)).toMatchObject({ error: { code: 'not_found' } });
    expect(clone.json(['log', 'README.md', 'a'], 4)).toMatchObject({ error: { code: 'usage' } });
  });

  it('takes keys of any kind as they are shown', () => {
    const clone = new Clone(join(folder(), 'repository'));
    clone.ok('init', '--driver-only', '--key', 'lang,name', '--key', 'n', 'x.jsonl');
    writeFileSync(join(clone.root, 'x.jsonl'), '{"lang":"de","name":"caf\\u00e9"}\n{"n":7}\n');
    clone.git('add', '-A');
    clone.git('commit', '--quiet', '-m', 'x');
    for (const id of ['"de","café"', '7']) {
      expect(clone.json(['log', 'x.jsonl', id])).toMatchObject({ versions: [{ action: 'created' }] });
    }
  });
});
