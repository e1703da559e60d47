import { describe, expect, it } from 'vitest';

import { parseStamp } from '../../src/record/stamp.js';
import { expectRefused } from './refused.js';
import { add, deletion, file, line, makeWorld, STAMP, synced } from './world.js';

const good = line('issue', 'i1');
const nested = '['.repeat(5000) + ']'.repeat(5000);

interface BadLine {
  readonly what: string;
  readonly text: string;
  readonly name?: string;
  readonly code?: 'bad_input' | 'conflict_markers' | 'newer_format';
  /** What the problem says, after `file:line: `. */
  readonly says: RegExp;
}

const issue = (fields: object): string => line('issue', 'i2', fields);
const BAD: readonly BadLine[] = [
  { what: 'no JSON', text: 'hello', says: /column 1: expected an object "\{", found "hello"/ },
  { what: 'an array', text: '[1]', says: /expected an object/ },
  {
    what: 'more after the object',
    text: `${line('issue', 'i2')}}`,
    says: /expected nothing after the value, found "}"/,
  },
  { what: 'a trailing comma', text: '{"type":"issue",}', says: /column 17: expected a string/ },
  { what: 'single quotes', text: "{'type':'issue'}", says: /column 2: expected a string/ },
  { what: 'a line cut off in a string', text: '{"type":"issue","id":"i2","title":"half', says: /cut off/ },
  { what: 'a line cut off in a number', text: '{"type":"issue","id":"i2","priority":1', says: /the end of the line/ },
  { what: 'a line cut off after a comma', text: '{"type":"issue","id":"i2",', says: /the end of the line/ },
  { what: 'no type', text: '{"id":"i2"}', says: /expected a "type" tag.*found neither/ },
  { what: 'a number as type', text: '{"type":7,"id":"i2"}', says: /type: expected a text, found 7/ },
  { what: 'no id', text: `{"type":"issue","exported_at":"${STAMP}"}`, says: /id: missing; expected a text/ },
  { what: 'null as id', text: issue({ id: null }), says: /id: expected a text without U\+0000, found null/ },
  { what: 'U+0000 in an id', text: line('issue', 'a\0b'), says: /id: expected a text without U\+0000/ },
  { what: 'a number for text', text: issue({ title: 7 }), says: /title: expected a text, found 7/ },
  { what: 'an object for text', text: issue({ details: { a: 1 } }), says: /details: expected a text or null, found/ },
  { what: 'null where the table has none', text: issue({ title: null }), says: /title: expected a text, found null/ },
  { what: 'a text for an integer', text: issue({ priority: '1' }), says: /priority: expected an integer from 0 to 4/ },
  {
    what: 'priority 7',
    text: issue({ priority: 7 }),
    says: /priority: expected an integer from 0 to 4 or null, found 7/,
  },
  { what: 'priority -1', text: issue({ priority: -1 }), says: /priority: expected .* found -1/ },
  { what: 'a fraction for an integer', text: issue({ created_at: 1.5 }), says: /created_at: expected an integer/ },
  {
    what: 'an integer of 65 bits',
    text: good.replace('"closed_at":null', '"closed_at":9223372036854775808'),
    says: /closed_at: expected an integer of 64 bits or null, found 9223372036854775808/,
  },
  {
    what: 'true for an integer',
    text: issue({ updated_at: true }),
    says: /updated_at: expected an integer.*found true/,
  },
  { what: 'a text for a set', text: issue({ labels: 'x' }), says: /labels: expected an array, found "x"/ },
  {
    what: 'a number in a set',
    text: issue({ labels: ['a', 1] }),
    says: /labels: label of an element: expected a text/,
  },
  { what: 'null in a set', text: issue({ labels: [null] }), says: /labels: label of an element: .*found null/ },
  {
    what: 'a text for an element',
    text: issue({ dependencies: ['i1'] }),
    says: /dependencies: expected an array of obj/,
  },
  {
    what: 'an element with an unknown name',
    text: issue({ dependencies: [{ depends_on_id: 'i1', dependency_type: 'blocks', created_at: 1, extra: 1 }] }),
    says: /dependencies: expected elements with .*found one with "extra"/,
  },
  {
    what: 'an element without what it needs',
    text: issue({ dependencies: [{ dependency_type: 'blocks', created_at: 1 }] }),
    says: /dependencies: depends_on_id of an element: expected a text, found null/,
  },
  {
    what: 'hours 0',
    name: 'time_entries.jsonl',
    text: line('time_entry', 't1', { hours: 0 }),
    says: /hours: expected a finite number greater than 0, found 0/,
  },
  {
    what: 'hours that overflow',
    name: 'time_entries.jsonl',
    text: line('time_entry', 't1').replace('"hours":1.5', '"hours":1e999'),
    says: /hours: expected a finite number/,
  },
  {
    what: 'a text for hours',
    name: 'time_entries.jsonl',
    text: line('time_entry', 't1', { hours: '1' }),
    says: /hours: expected a finite number greater than 0, found "1"/,
  },
  {
    what: 'an unknown status of a time entry',
    name: 'time_entries.jsonl',
    text: line('time_entry', 't1', { status: 'paid' }),
    says: /status: expected one of "logged", "reviewed", "invoiced", found "paid"/,
  },
  { what: 'a BOM', text: `\uFEFF${line('issue', 'i2')}`, says: /byte order mark/ },
  { what: 'a lone surrogate', text: issue({ title: '\uD800' }), says: /a lone surrogate stands in a string/ },
  {
    what: 'a lone surrogate in an unknown field',
    text: issue({ new_field: [{ x: '\uDC00' }] }),
    says: /a lone surrogate stands in a string/,
  },
  { what: 'an unknown escape', text: good.replace('"t"', '"\\x41"'), says: /an escape that JSON does not know/ },
  { what: 'a raw control character', text: good.replace('"t"', '"a\tb"'), says: /a control character/ },
  { what: 'a name that stands twice', text: good.replace('{', '{"id":"i0",'), says: /the name "id" stands twice/ },
  {
    what: 'a name that stands twice, once escaped',
    text: good.replace('{', '{"\\u0069d":"i0",'),
    says: /the name "id" stands twice/,
  },
  {
    what: 'a name that stands twice within an unknown value',
    text: good.replace('"v":1', '"v":1,"zz":[{"a":{"b":1,"b":2}}]'),
    says: /the name "b" stands twice/,
  },
  { what: 'deep nesting', text: good.replace('"v":1', `"v":1,"zz":${nested}`), says: /at most 200 levels of nesting/ },
  {
    what: 'no exported_at',
    text: good.replace(/,"exported_at":"[^"]*"/, ''),
    says: /exported_at: missing; expected an RFC/,
  },
  {
    what: 'an exported_at that is no time',
    text: line('issue', 'i2', {}, 'yesterday'),
    says: /exported_at: found "yest/,
  },
  { what: 'a 30th of February', text: line('issue', 'i2', {}, '2026-02-30T00:00:00Z'), says: /exported_at: found/ },
  {
    what: 'a stamp after the year 9999',
    text: line('issue', 'i2', {}, '10000-01-01T00:00:00Z'),
    says: /years 0 to 9999/,
  },
  {
    what: 'a stamp that its zone takes after the year 9999',
    text: line('issue', 'i2', {}, '9999-12-31T23:59:59-01:00'),
    says: /years 0 to 9999/,
  },
  { what: 'a greater v', code: 'newer_format', text: good.replace('"v":1', '"v":2'), says: /v: expected 1, found 2/ },
  { what: 'a v that is none', text: good.replace('"v":1', '"v":"1"'), says: /v: expected 1, found "1"/ },
  { what: 'v 0', text: good.replace('"v":1', '"v":0'), says: /v: expected 1, found 0/ },
  { what: 'a conflict marker', code: 'conflict_markers', text: '<<<<<<< HEAD', says: /found the conflict marker/ },
  {
    what: 'the marker of a base',
    code: 'conflict_markers',
    text: '||||||| 1234567',
    says: /found the conflict marker/,
  },
  { what: 'a separator', code: 'conflict_markers', text: '=======', says: /found the conflict marker "======="/ },
  { what: 'an end marker', code: 'conflict_markers', text: '>>>>>>> topic', says: /found the conflict marker/ },
  {
    what: 'a deletion without a time',
    name: 'deletions.jsonl',
    text: '{"entity_type":"issue","entity_id":"i1"}',
    says: /deleted_at: missing; expected an RFC 3339 time/,
  },
  {
    what: 'a deletion without an id',
    name: 'deletions.jsonl',
    text: `{"entity_type":"issue","deleted_at":"${STAMP}"}`,
    says: /entity_id: expected a text, found null/,
  },
  {
    what: 'a deletion by a number',
    name: 'deletions.jsonl',
    text: deletion('issue', 'i1').replace('"ann"', '7'),
    says: /deleted_by: expected a text, found 7/,
  },
];

describe('P17: a bad line stops the import and changes nothing', () => {
  it.each(BAD)('$what', ({ text, name = 'issues.jsonl', code = 'bad_input', says }) => {
    const world = makeWorld();
    add.session(world, 's1');
    world.export();
    const lines = name === 'deletions.jsonl' ? [deletion('issue', 'a'), text] : [line('issue', 'a'), text];
    world.write(name, file(...lines));
    const error = expectRefused(world, () => world.import(), { code, says: [`${name}:2: `, says] });
    if (code === 'bad_input') expect(error.details[0]).toMatch(new RegExp(`^${name}:2: .*${says.source}`));
  });

  it('in a database that has never seen the directory', () => {
    const world = makeWorld();
    world.write('issues.jsonl', 'hello\n');
    expectRefused(world, () => world.import(), { code: 'bad_input', says: ['issues.jsonl:1: '] });
    expectRefused(world, () => world.sync(), { code: 'bad_input', says: ['issues.jsonl:1: '] });
  });

  it('lists every problem of every line and file', () => {
    const world = makeWorld();
    world.write('issues.jsonl', file('{', line('issue', 'i1', { title: null, priority: 9, labels: 1 }), good, 'x'));
    world.write('sessions.jsonl', file(line('session', 's1', { name: 3 })));
    world.write('deletions.jsonl', 'nothing');
    const error = expectRefused(world, () => world.import(), { code: 'bad_input', says: ['7 problems'] });
    expect(error.details.map((detail) => detail.split(': ').slice(0, 2).join(': ')).sort()).toEqual([
      'deletions.jsonl:1: column 1',
      'issues.jsonl:1: column 2',
      'issues.jsonl:2: labels',
      'issues.jsonl:2: priority',
      'issues.jsonl:2: title',
      'issues.jsonl:4: column 1',
      'sessions.jsonl:1: name',
    ]);
  });

  it('says how many problems it does not list', () => {
    const world = makeWorld();
    world.write('issues.jsonl', 'x\n'.repeat(250));
    const { details } = expectRefused(world, () => world.import(), { code: 'bad_input', says: ['250 problems'] });
    expect(details).toHaveLength(101);
    expect(details.at(-1)).toBe('and 150 more');
  });

  it('markers and a greater v stop an import that skips bad lines, too', () => {
    const world = makeWorld();
    world.write('issues.jsonl', file('x', '<<<<<<< ours', good, '=======', good, '>>>>>>> theirs'));
    const says = ['issues.jsonl:2: found the conflict marker "<<<<<<< ours"', 'issues.jsonl:6: '];
    expectRefused(world, () => world.import({ skipInvalid: true }), { code: 'conflict_markers', says });
    world.write('issues.jsonl', file('x', good.replace('"v":1', '"v":2')));
    expectRefused(world, () => world.import({ skipInvalid: true }), {
      code: 'newer_format',
      says: ['issues.jsonl:2: '],
    });
  });

  it('takes markers inside of strings, and longer or shorter ones, for what they are', () => {
    const world = makeWorld();
    const title = '<<<<<<< HEAD\n=======\n>>>>>>> topic';
    world.write('issues.jsonl', file(line('issue', 'i1', { title, details: '||||||| base' })));
    expect(world.import().total).toMatchObject({ created: 1, skipped: 0 });
    expect(world.store.sql.get('SELECT title, details FROM issues')).toEqual([title, '||||||| base']);
    world.write('issues.jsonl', file('<<<<<<<< eight'));
    expectRefused(world, () => world.import(), { code: 'bad_input', says: ['issues.jsonl:1: column 1'] });
  });

  it('takes the last moment of the year 9999, and keeps it through an export', () => {
    const world = makeWorld();
    const last = '9999-12-31T23:59:59.999Z';
    world.write('issues.jsonl', file(line('issue', 'i1', {}, last)));
    world.import();
    const before = synced(world.dir);
    expect(world.export({ full: true }).files).toEqual([]);
    expect(synced(world.dir)).toEqual(before);
    expect(parseStamp(last)).toBe(253_402_300_799_999);
    world.store.sql.run(`UPDATE issues SET title = 'later', updated_at = 2000`);
    // There is no later stamp, and an older one would be taken for an old version.
    expectRefused(world, () => world.export(), { code: 'bad_row', says: ['9999'] });
  });
});
