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
    ['registry', 0, 'registry must be 1, not 0'],
    ['scope', 'column', 'scope must be "database", not "column"'],
    ['more', 1, 'more: this member is unknown; the members are registry, scope, entities, local, derived'],
    ['local', undefined, 'local: this member is missing'],
    ['local', 'x', 'local must be a list of names, not "x"'],
    ['local/0', '', 'local[0] must be a name without U+0000, not ""'],
    ['entities', {}, 'entities must be a list of entities, not an object'],
    ['entities/0', 1, /^entities\[0\] must be an object with type, table.*, not 1$/],
    ['entities/0/type', 'a b', /^entities\[0\]\.type must be letters.*, not "a b"$/],
    ['entities/0/file', '../x.jsonl', /^entities\[0\]\.file must be/],
    ['entities/0/id', {}, 'entities[0].id must be an object with column, number, columns, of or row, not an object'],
    ['entities/0/id', null, 'entities[0].id must be an object with column, number, columns, of or row, not null'],
    ['entities/0/id', { columns: [] }, 'entities[0].id.columns must be a list of at least one name, not an empty list'],
    ['entities/0/id', { row: false }, 'entities[0].id.row must be true, not false'],
    ['entities/0/id', { columns: ['uid'], number: 'id' }, /^entities\[0\]\.id\.number: this member is unknown/],
    ['entities/0/id', { of: 'note' }, 'entities[0].id.column: this member is missing'],
    ['entities/0/fields', [], 'entities[0].fields must be an object with a member for each column, not an empty list'],
    ['entities/0/fields/uid', 'txt', /^entities\[0\]\.fields\.uid must be "text" or "integer".*, not "txt"$/],
    [
      'entities/0/fields/odd "name"',
      { null: true },
      'entities[0].fields["odd \\"name\\""].kind: this member is missing',
    ],
    [
      'entities/0/fields/uid',
      { kind: 'text', null: 'yes' },
      'entities[0].fields.uid.null must be true or false, not "yes"',
    ],
    ['entities/0/unique/0/clash', 'same', 'entities[0].unique[0].clash must be "rename" or "wait", not "same"'],
    [
      'entities/0/created',
      { column: 'started', unit: 'sec' },
      /^entities\[0\]\.created\.unit must be "ms" or.*, not "sec"$/,
    ],
    ['entities/0/__proto__', {}, /^entities\[0\]\.__proto__: this member is unknown/],
    ['entities/0/toString', 'x', /^entities\[0\]\.toString: this member is unknown/],
  ])('of another form is refused: %s is %j', (path, value, problem) => {
    const { problems, isValid } = problemsOf(at(path, value));
    expect(problems).toEqual([typeof problem === 'string' ? problem : (expect.stringMatching(problem) as string)]);
    expect(isValid).toBe(false);
  });

  it.each([
    ['entities/1/type', 'Session', 'entities: the type "Session" stands twice'],
    ['entities/1/table', 'CACHE', /^entities: the table "[Cc][Aa]\w+" stands twice/],
    ['entities/1/file', 'SESSIONS.jsonl', 'entities: the file "SESSIONS.jsonl" stands twice'],
    ['entities/1/file', 'deletions.jsonl', 'entities: the file "deletions.jsonl" stands twice'],
    ['entities/0/type', 'total', /^entities\[0\]\.type: another name must stand here, since statistics need "total"/],
    [
      'entities/0/table',
      'scsync_log',
      /^entities\[0\]\.table: a table of the program must stand here, and "scsync_log"/,
    ],
    ['entities/1/id', { number: 'session' }, 'entities[1].fields.session: the number of the id must be no field'],
    ['entities/0/id', { column: 'gone' }, /^entities\[0\]\.id: "gone" must be a column among the fields: uid, /],
    ['entities/0/id', { column: 'password' }, 'entities[0].id: "password" is local, and must be synced'],
    ['entities/0/id', { columns: ['uid', 'uid'] }, 'entities[0].id: "uid" stands twice'],
    [
      'entities/0/id',
      { of: 'nobody', column: 'uid' },
      'entities[0].id.of: "nobody" must be a type of this file: session, note',
    ],
    [
      'entities/0/id',
      { of: 'session', column: 'uid' },
      'entities[0].id.of: "session" leads back here, so the identity must be another',
    ],
    ['entities/0/unique/0/columns', ['gone'], /^entities\[0\]\.unique\[0\]: "gone"/],
    ['entities/0/title', 'gone', /^entities\[0\]\.title: "gone"/],
    ['entities/0/created/column', 'password', /^entities\[0\]\.created: "password" is local/],
    ['entities/0/fields/v', 'text', /^entities\[0\]\.fields\.v: lines need the name "v"/],
    ['entities/0/fields/valueOf', 'text', /^entities\[0\]\.fields\.valueOf: lines need the name "valueOf"/],
    [
      'entities/0/fields/a',
      { kind: 'text', as: 'uid' },
      /^entities\[0\]\.fields\.a: the name "uid" would stand twice in a line/,
    ],
    ['entities/0/fields/UID', 'text', 'entities[0].fields: the column "UID" stands twice'],
    ['entities/0/fields/a', 'ref', 'entities[0].fields.a: a ref must have "to", the type that it refers to'],
    [
      'entities/0/fields/a',
      { kind: 'text', to: 'note' },
      /^entities\[0\]\.fields\.a: only a ref may have "to" or "by", and this is text/,
    ],
    ['entities/0/fields/a', { kind: 'ref', to: 'nobody' }, /^entities\[0\]\.fields\.a\.to: "nobody"/],
  ])('that contradicts itself is refused: %s is %j', (path, value, problem) => {
    const { problems, isValid } = problemsOf(at(path, value));
    expect(problems).toContainEqual(typeof problem === 'string' ? problem : (expect.stringMatching(problem) as string));
    // A JSON Schema cannot say it.
    expect(isValid).toBe(true);
  });

  it('names every problem, and not too many', () => {
    const draft = { ...FILE, local: Array.from({ length: 500 }, () => 7) };
    expect(() => parseRegistryFile(JSON.stringify(draft), 'r')).toThrow(
      /^r: local\[0\] must be .*, not 7 \(and 499 more\)$/,
    );
    expect(problemsOf((each) => Object.assign(each, draft)).problems.length).toBeLessThan(100);
  });

  it.each([
    ['no JSON', '{', /the file must hold a JSON object/],
    ['a list', '[]', /^r: the file must be an object with registry/],
    ['null', 'null', /must be an object with registry/],
    ['very deep', '['.repeat(200_000) + ']'.repeat(200_000), /must be an object.*, not a list/],
    [
      'a name that stands twice',
      formatRegistryFile(FILE).replace('"uid": "text"', '"uid": "local", "\\u0075id": "text"'),
      /a name stands twice in one object/,
    ],
    [
      'a name that stands twice, as a key',
      formatRegistryFile(FILE).replace('"local": [', '"local": [],"local" : ['),
      /a name stands twice in one object/,
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
