import { describe, expect, it } from 'vitest';
import { sha256 } from '../../src/record/json.js';
import { expectAgreement } from '../knowledge/agreement.js';
import { Replica, exchange, named } from './helpers.js';
import { seed, seededPair } from './seed.js';

/** Puts members into a line and makes its hash and stamp fit, as a newer version writes it. */
function newer(line: string, members: string, stamp: string): string {
  const data = line.replace(/^\{"type":"\w+",/, '').replace(/,"content_hash".*$/, '');
  const whole = `${data},${members}`;
  const type = /^\{"type":"\w+",/.exec(line)?.[0] ?? '';
  return `${type}${whole},"content_hash":"${sha256(`{${whole}}`)}","exported_at":"${stamp}"}`;
}

const MEMBERS = '"aaa":[1,{"b":2.50}],"zzz":"x","é":12345678901234567890';
const LATE = '2034-01-01T00:00:00.000Z';
const withMembers = (replica: Replica, id: string, members: string, stamp = LATE): void =>
  replica.edit('issues.jsonl', (text) =>
    text
      .split('\n')
      .map((line) => (line.includes(`"id":"${id}"`) ? newer(line, members, stamp) : line))
      .join('\n'),
  );

describe('P7 unknown fields', () => {
  it('survive import, export, full export and the way through another database', () => {
    const [a, b] = seededPair();
    withMembers(a, 'i2', MEMBERS);
    const line = a.lines('issues.jsonl')[1] ?? '';
    expect(named(a.import())).toEqual([]);
    expect(a.pending()).toEqual({});
    a.export({ full: true });
    expect(a.lines('issues.jsonl')[1]).toBe(line);
    b.pull(a);
    b.import();
    b.run(`UPDATE issues SET title = 'edited' WHERE id = 'i2'`);
    b.clock = Date.parse(LATE);
    b.export();
    expect(b.lines('issues.jsonl')[1]).toContain(`,${MEMBERS},"content_hash":`);
    expect(b.lines('issues.jsonl')[1]).toContain('"title":"edited"');
    expectAgreement(b);
    a.pull(b);
    a.import();
    expect(a.value(`SELECT title FROM issues WHERE id = 'i2'`)).toBe('edited');
    expectAgreement(a);
  });

  it('merge like fields: added, changed and removed on either side', () => {
    const [a, b] = seededPair();
    withMembers(a, 'i2', '"gone":1,"kept":1');
    a.import();
    b.pull(a);
    b.import();
    withMembers(a, 'i2', '"new":2', '2034-01-02T00:00:00.000Z');
    a.edit('issues.jsonl', (text) => text.replace('"gone":1,', ''));
    b.run(`UPDATE issues SET details = 'mine' WHERE id = 'i2'`);
    b.clock = Date.parse('2034-02-01T00:00:00.000Z');
    b.pull(a);
    expect(named(b.import())).toEqual([]);
    b.export();
    expect(b.record('issues.jsonl', 'i2')).toMatchObject({ details: 'mine', kept: 1, new: 2 });
    expect(b.record('issues.jsonl', 'i2')).not.toHaveProperty('gone');
  });

  it('of deletions survive too', () => {
    const [a, b] = seededPair();
    a.run(`DELETE FROM issues WHERE id = 'i3'; DELETE FROM project_memory WHERE id = 'm1'`);
    a.export();
    a.edit('deletions.jsonl', (text) =>
      text.replace('"deleted_by":"tester"}', '"deleted_by":"tester","because":[ 1 ]}'),
    );
    b.pull(a);
    b.import();
    b.run(`DELETE FROM project_memory WHERE id = 'm2'`);
    b.export();
    expect(b.record('deletions.jsonl', 'i3')).toMatchObject({ because: [1] });
    b.export({ full: true });
    expect(b.record('deletions.jsonl', 'i3')).toMatchObject({ because: [1] });
    exchange(a, b);
    expect(a.files()).toEqual(b.files());
  });
});

describe('P7 lines of unknown types', () => {
  const DREAMS = ['{"type":"dream","id":"a","about":[1, 2]}', '{ "type": "dream", "id": "0" }'];

  it('stay in their files, last, in their order and bytes, and are counted', () => {
    const [a] = seededPair();
    a.run(`DELETE FROM issues WHERE id = 'i3'`);
    a.export();
    a.edit('issues.jsonl', (text) => `${DREAMS.join('\n')}\n${text}`);
    a.edit(
      'deletions.jsonl',
      (text) => `${text}{"entity_type":"dream","entity_id":"x","deleted_at":"2030-01-01T00:00:00Z"}\n`,
    );
    expect(a.import().unknown).toEqual({ dream: 3 });
    a.run(`UPDATE issues SET title = 'x' WHERE id = 'i2'`);
    a.export();
    expect(a.lines('issues.jsonl').slice(2)).toEqual(DREAMS);
    const before = a.files();
    a.export({ full: true });
    expect(a.files()).toEqual(before);
    expect(a.import().unknown).toEqual({ dream: 3 });
    expect(a.files()).toEqual(before);
  });
});

const parse = (line: string): unknown => JSON.parse(line);

describe('files that are not in canonical form', () => {
  it.each([
    ['CRLF', (text: string) => text.replaceAll('\n', '\r\n')],
    ['no final newline', (text: string) => text.trimEnd()],
    ['blank lines', (text: string) => `\n${text.replaceAll('\n', '\n  \n')}`],
    ['unsorted', (text: string) => `${text.trimEnd().split('\n').reverse().join('\n')}\n`],
    ['every line twice', (text: string) => `${text}${text}`],
    ['other key order', (text: string) => text.replace(/^\{("type":"\w+"),("id":"[^"]*")/gm, '{$2,$1')],
  ])('%s: read as they are meant, and rewritten by the next export', (_, spoil) => {
    const [a] = seededPair();
    const before = a.files();
    a.edit('issues.jsonl', spoil);
    a.edit('context_items.jsonl', spoil);
    expect(a.import().total).toMatchObject({ created: 0, updated: 0, deleted: 0, conflicts: 0, restored: 0 });
    a.run(`UPDATE issues SET title = 'x' WHERE id = 'i1'; UPDATE context_items SET value = 'x' WHERE id = 'c1'`);
    a.export();
    const canonical = a.files();
    for (const name of ['issues.jsonl', 'context_items.jsonl']) {
      const lines = a.lines(name);
      expect(canonical[name]).toBe(`${lines.join('\n')}\n`);
      const old = (before[name] ?? '').trimEnd().split('\n');
      expect(lines.slice(1).map(parse)).toEqual(old.slice(1).map(parse));
    }
    expectAgreement(a);
    expect(a.import().total).toMatchObject({ created: 0, updated: 0 });
    expect(a.files()).toEqual(canonical);
  });

  it('records of any type in any file are read, and go home with the next export', () => {
    const [a] = seededPair();
    const before = a.files();
    const all = Object.values(before).join('');
    const b = new Replica();
    b.write('memories.jsonl', all);
    expect(b.import().total).toMatchObject({ created: 17, orphaned: 0, skipped: 0 });
    b.export({ full: true });
    expect(b.files()).toEqual(before);
    expectAgreement(b);
  });
});

describe('a line of the reference program', () => {
  it('says nothing of extension fields: those of the database stand', () => {
    const a = new Replica();
    seed(a);
    a.setPaths('absolute');
    a.export();
    const before = a.rows(`SELECT issue_id, label FROM issue_labels ORDER BY 1, 2`);
    // Somebody without this program edits an issue: title, stamp and hash.
    const [line = ''] = a.lines('issues.jsonl');
    const data = line
      .replace(/^\{"type":"issue",/, '')
      .replace(/,"content_hash".*$/, '')
      .replace('"one"', '"theirs"');
    const edited = `{"type":"issue",${data},"content_hash":"${sha256(`{${data}}`)}","exported_at":"2034-01-01T00:00:00.123456789+00:00"}`;
    a.edit('issues.jsonl', (text) => text.replace(line, edited));
    expect(named(a.import())).toEqual([]);
    expect(a.value(`SELECT title FROM issues WHERE id = 'i1'`)).toBe('theirs');
    expect(a.rows(`SELECT issue_id, label FROM issue_labels ORDER BY 1, 2`)).toEqual(before);
    expect(a.value(`SELECT count(*) FROM issue_projects WHERE issue_id = 'i1'`)).toBe(2n);
    a.export({ full: true });
    expect(a.lines('issues.jsonl')[0]).toBe(edited);
  });

  it('takes them from the base where the database has none, and both forms mix', () => {
    const [a, b] = seededPair();
    const [line = ''] = a.lines('issues.jsonl');
    const plain = line
      .replace(/,"v":1.*?,"content_hash"/, ',"content_hash"')
      .replaceAll('"project_path":"."', '"project_path":"/somewhere/else"')
      .replace('"one"', '"theirs"')
      .replace(/"content_hash":"\w+"/, '"content_hash":null')
      .replace(/"exported_at":"[^"]*"/, '"exported_at":"2034-01-01T00:00:00+00:00"');
    b.edit('issues.jsonl', (text) => text.replace(line, plain.replace('"content_hash":null,', '')));
    b.run(`DELETE FROM issue_labels WHERE issue_id = 'i1' AND label = 'red'`);
    b.import();
    expect(b.value(`SELECT title FROM issues WHERE id = 'i1'`)).toBe('theirs');
    expect(b.rows(`SELECT label FROM issue_labels WHERE issue_id = 'i1'`)).toEqual([['blue']]);
    expect(b.value(`SELECT project_path FROM issues WHERE id = 'i1'`)).toBe(b.project);
    b.clock = Date.parse('2034-02-01T00:00:00Z');
    b.export();
    expect(b.record('issues.jsonl', 'i1')).toMatchObject({
      v: 1,
      project_path: '.',
      labels: ['blue'],
      title: 'theirs',
    });
    expectAgreement(b);
  });
});
