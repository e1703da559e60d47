import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { SyncError } from '../../src/errors.js';
import type { RegistryFile } from '../../src/registry/file.js';
import { formatRegistryFile } from '../../src/registry/format-file.js';
import { parseRegistryFile } from '../../src/registry/parse-file.js';
import { isFileValid } from './valid-file.js';

const FILE: RegistryFile = {
  registry: 1,
  scope: 'database',
  entities: [
    {
      type: 'session',
      table: 'sessions',
      file: 'sessions.jsonl',
      id: { column: 'uid', number: 'id' },
      fields: { uid: 'text', password: 'local', started: 'integer', 'odd "name"': { kind: 'any', null: true } },
      unique: [{ columns: ['started', 'odd "name"'], clash: 'wait' }],
      title: 'odd "name"',
      created: { column: 'started', unit: 'ms' },
      updated: null,
    },
    {
      type: 'note',
      table: 'notes',
      file: 'notes.jsonl',
      id: { number: 'id' },
      fields: { type: { kind: 'text', as: 'type_' }, session: { kind: 'ref', null: true, to: 'session', by: 'uid' } },
      created: null,
      updated: null,
    },
  ],
  local: ['cache'],
  derived: [],
};

type Draft = Record<string, unknown> & { entities: Record<string, unknown>[] };

/** What is wrong with the file after a change. */
function problemsOf(edit: (draft: Draft) => void): { readonly problems: readonly string[]; readonly isValid: boolean } {
  const draft = structuredClone(FILE) as unknown as Draft;
  edit(draft);
  try {
    parseRegistryFile(JSON.stringify(draft), 'registry.json');
    return { problems: [], isValid: isFileValid(draft) };
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
    expect(error.code).toBe('bad_input');
    expect(error.message).toContain(`registry.json: ${error.details[0] ?? ''}`);
    return { problems: error.details, isValid: isFileValid(draft) };
  }
}

/** Sets a member, by its path. */
function at(path: string, value: unknown): (draft: Draft) => void {
  return (draft) => {
    const names = path.split('/');
    const last = names.pop()!;
    let object = draft as unknown as Record<string, unknown>;
    for (const name of names) object = object[name] as Record<string, unknown>;
    if (value === undefined) Reflect.deleteProperty(object, last);
    else Object.defineProperty(object, last, { value, enumerable: true, writable: true, configurable: true });
  };
}

describe('a registry file', () => {
  it('is read as it is written, and written in one way', () => {
    const text = formatRegistryFile(FILE);
    expect(parseRegistryFile(text, 'registry.json')).toEqual(FILE);
    expect(formatRegistryFile(parseRegistryFile(JSON.stringify(FILE), 'registry.json'))).toBe(text);
    expect(isFileValid(JSON.parse(text))).toBe(true);
    expect(text.split('\n')).toEqual(
      expect.arrayContaining([
        '      "id": { "column": "uid", "number": "id" },',
        '        "uid": "text",',
        '        "session": { "kind": "ref", "null": true, "to": "session", "by": "uid" }',
        '      "unique": [{ "columns": ["started", "odd \\"name\\""], "clash": "wait" }],',
        '  "local": ["cache"],',
        '  "derived": []',
      ]),
    );
  });

  it('has every field and entity on lines of its own, and no long line where it can be broken', () => {
    const names = Array.from({ length: 40 }, (_, index) => `table_${index}`);
    const text = formatRegistryFile({ ...FILE, local: names, entities: [] });
    expect(text).toContain('\n    "table_7",\n');
    expect(text).toContain('"entities": [],');
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(101);
  });

  // What the JSON Schema in the package says is the form alone.
  it.each([
    ['registry', 0, 'registry: found 0; expected 1'],
    ['scope', 'column', 'scope: found "column"; expected "database"'],
    ['more', 1, 'more: found an unknown member; expected registry, scope, entities, local, derived'],
    ['local', undefined, 'local: found nothing; expected this member'],
    ['local', 'x', 'local: found "x"; expected a list of names'],
    ['local/0', '', 'local[0]: found ""; expected a name without U+0000'],
    ['entities', {}, 'entities: found an object; expected a list of entities'],
    ['entities/0', 1, /^entities\[0\]: found 1; expected an object with type, table/],
    ['entities/0/type', 'a b', /^entities\[0\]\.type: found "a b"; expected letters/],
    ['entities/0/file', '../x.jsonl', /^entities\[0\]\.file: found/],
    [
      'entities/0/id',
      {},
      'entities[0].id: found an object; expected an object with column, number, columns, of or row',
    ],
    ['entities/0/id', null, 'entities[0].id: found null; expected an object with column, number, columns, of or row'],
    [
      'entities/0/id',
      { columns: [] },
      'entities[0].id.columns: found an empty list; expected a list of at least one name',
    ],
    ['entities/0/id', { row: false }, 'entities[0].id.row: found false; expected true'],
    ['entities/0/id', { columns: ['uid'], number: 'id' }, /^entities\[0\]\.id\.number: found an unknown member/],
    ['entities/0/id', { of: 'note' }, 'entities[0].id.column: found nothing; expected this member'],
    [
      'entities/0/fields',
      [],
      'entities[0].fields: found an empty list; expected an object with a member for each column',
    ],
    ['entities/0/fields/uid', 'txt', /^entities\[0\]\.fields\.uid: found "txt"; expected "text" or "integer"/],
    [
      'entities/0/fields/odd "name"',
      { null: true },
      'entities[0].fields["odd \\"name\\""].kind: found nothing; expected this member',
    ],
    [
      'entities/0/fields/uid',
      { kind: 'text', null: 'yes' },
      'entities[0].fields.uid.null: found "yes"; expected true or false',
    ],
    ['entities/0/unique/0/clash', 'same', 'entities[0].unique[0].clash: found "same"; expected "rename" or "wait"'],
    [
      'entities/0/created',
      { column: 'started', unit: 'sec' },
      /^entities\[0\]\.created\.unit: found "sec"; expected "ms" or/,
    ],
    ['entities/0/__proto__', {}, /^entities\[0\]\.__proto__: found an unknown member/],
    ['entities/0/toString', 'x', /^entities\[0\]\.toString: found an unknown member/],
  ])('of another form is refused: %s is %j', (path, value, problem) => {
    const { problems, isValid } = problemsOf(at(path, value));
    expect(problems).toEqual([typeof problem === 'string' ? problem : (expect.stringMatching(problem) as string)]);
    expect(isValid).toBe(false);
  });

  it.each([
    ['entities/1/type', 'Session', 'entities: found the type "Session" twice; expected it once'],
    ['entities/1/table', 'CACHE', /^entities: found the table "[Cc][Aa]\w+" twice; expected it once/],
    ['entities/1/file', 'SESSIONS.jsonl', 'entities: found the file "SESSIONS.jsonl" twice; expected it once'],
    ['entities/1/file', 'deletions.jsonl', 'entities: found the file "deletions.jsonl" twice; expected it once'],
    ['entities/0/type', 'total', /^entities\[0\]\.type: found "total", which statistics need/],
    ['entities/0/table', 'scsync_log', /^entities\[0\]\.table: found "scsync_log"/],
    [
      'entities/1/id',
      { number: 'session' },
      'entities[1].fields.session: found a field for the number of the id; expected none',
    ],
    [
      'entities/0/id',
      { column: 'gone' },
      /^entities\[0\]\.id: found "gone"; expected a column among the fields: uid, /,
    ],
    [
      'entities/0/id',
      { column: 'password' },
      'entities[0].id: found "password", which is local; expected a column that is synced',
    ],
    ['entities/0/id', { columns: ['uid', 'uid'] }, 'entities[0].id: found "uid" twice; expected it once'],
    [
      'entities/0/id',
      { of: 'nobody', column: 'uid' },
      'entities[0].id.of: found "nobody"; expected a type of this file: session, note',
    ],
    [
      'entities/0/id',
      { of: 'session', column: 'uid' },
      'entities[0].id.of: found "session", which leads back here; expected another identity',
    ],
    ['entities/0/unique/0/columns', ['gone'], /^entities\[0\]\.unique\[0\]: found "gone"/],
    ['entities/0/title', 'gone', /^entities\[0\]\.title: found "gone"/],
    ['entities/0/created/column', 'password', /^entities\[0\]\.created: found "password", which is local/],
    ['entities/0/fields/v', 'text', /^entities\[0\]\.fields\.v: found the name "v", which lines need/],
    ['entities/0/fields/valueOf', 'text', /^entities\[0\]\.fields\.valueOf: found the name "valueOf"/],
    [
      'entities/0/fields/a',
      { kind: 'text', as: 'uid' },
      /^entities\[0\]\.fields\.a: found the name "uid" twice in a line/,
    ],
    ['entities/0/fields/UID', 'text', 'entities[0].fields: found the column "UID" twice; expected it once'],
    ['entities/0/fields/a', 'ref', 'entities[0].fields.a: found a ref without "to"; expected a type'],
    [
      'entities/0/fields/a',
      { kind: 'text', to: 'note' },
      /^entities\[0\]\.fields\.a: found "to" or "by" beside the kind text/,
    ],
    ['entities/0/fields/a', { kind: 'ref', to: 'nobody' }, /^entities\[0\]\.fields\.a\.to: found "nobody"/],
  ])('that contradicts itself is refused: %s is %j', (path, value, problem) => {
    const { problems, isValid } = problemsOf(at(path, value));
    expect(problems).toContainEqual(typeof problem === 'string' ? problem : (expect.stringMatching(problem) as string));
    // A JSON Schema cannot say it.
    expect(isValid).toBe(true);
  });

  it('names every problem, and not too many', () => {
    const draft = { ...FILE, local: Array.from({ length: 500 }, () => 7) };
    expect(() => parseRegistryFile(JSON.stringify(draft), 'r')).toThrow(/^r: local\[0\]: found 7.*\(and 499 more\)$/);
    expect(problemsOf((each) => Object.assign(each, draft)).problems.length).toBeLessThan(100);
  });

  it.each([
    ['no JSON', '{', /found no JSON/],
    ['a list', '[]', /^r: the file: found an empty list; expected an object with registry/],
    ['null', 'null', /expected an object with registry/],
    ['very deep', '['.repeat(200_000) + ']'.repeat(200_000), /found a list; expected an object/],
    [
      'a name that stands twice',
      formatRegistryFile(FILE).replace('"uid": "text"', '"uid": "local", "\\u0075id": "text"'),
      /a name twice in one object/,
    ],
    [
      'a name that stands twice, as a key',
      formatRegistryFile(FILE).replace('"local": [', '"local": [],"local" : ['),
      /a name twice in one object/,
    ],
  ])('is refused: %s', (_, text, message) => {
    expect(() => parseRegistryFile(text, 'r')).toThrow(message);
  });

  it('of a newer format says so', () => {
    expect(() => parseRegistryFile('{"registry": 2, "other": 1}', 'r')).toThrow(
      expect.objectContaining({ code: 'newer_format', message: expect.stringMatching(/version 2/) as string }) as Error,
    );
  });

  it('whatever it is, is read or refused', () => {
    const member = fc.constantFrom(
      'registry',
      'scope',
      'entities',
      'local',
      'derived',
      'type',
      'id',
      'fields',
      'kind',
      'columns',
      '__proto__',
    );
    const leaf = fc.constantFrom<unknown>(1, null, true, '', 'database', 'text', 'ref', {}, []);
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        leaf,
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(member, tie('tree'), { maxKeys: 5 }),
      ),
    }));
    fc.assert(
      fc.property(
        tree,
        fc.constantFrom('entities', 'local', 'entities/0/id', 'entities/0/fields', 'entities/1/unique'),
        (value, path) => {
          const { problems, isValid } = problemsOf(at(path, value));
          // What the reader takes the schema takes, and what the schema refuses the reader refuses.
          expect(problems.length === 0 ? isValid : true).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });
});
