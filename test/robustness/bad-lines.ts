import { deletion, line, STAMP } from './world.js';

/** A line that is fine, as the bad ones are made of it. */
export const good = line('issue', 'i1');
const nested = '['.repeat(5000) + ']'.repeat(5000);

/** A line that an import must not take. */
export interface BadLine {
  readonly what: string;
  readonly text: string;
  readonly name?: string;
  readonly code?: 'bad_input' | 'conflict_markers' | 'newer_format';
  /** What the problem says, after `file:line: `. */
  readonly says: RegExp;
}

const issue = (fields: object): string => line('issue', 'i2', fields);
export const BAD_LINES: readonly BadLine[] = [
  { what: 'no JSON', text: 'hello', says: /column 1: an object must stand here, not "hello"/ },
  { what: 'an array', text: '[1]', says: /an object must stand here/ },
  {
    what: 'more after the object',
    text: `${line('issue', 'i2')}}`,
    says: /the end of the line must stand here, not "}"/,
  },
  { what: 'a trailing comma', text: '{"type":"issue",}', says: /column 17: a string in double quotes/ },
  { what: 'single quotes', text: "{'type':'issue'}", says: /column 2: a string in double quotes/ },
  { what: 'a line cut off in a string', text: '{"type":"issue","id":"i2","title":"half', says: /cut off/ },
  { what: 'a line cut off in a number', text: '{"type":"issue","id":"i2","priority":1', says: /the end of the line/ },
  { what: 'a line cut off after a comma', text: '{"type":"issue","id":"i2",', says: /the end of the line/ },
  { what: 'no type', text: '{"id":"i2"}', says: /a line must have a "type".*has neither/ },
  { what: 'a number as type', text: '{"type":7,"id":"i2"}', says: /type must be a text, not 7/ },
  { what: 'no id', text: `{"type":"issue","exported_at":"${STAMP}"}`, says: /id is missing; it must be a text/ },
  { what: 'null as id', text: issue({ id: null }), says: /id must be a text without U\+0000, .* not null/ },
  { what: 'U+0000 in an id', text: line('issue', 'a\0b'), says: /id must be a text without U\+0000/ },
  { what: 'a number for text', text: issue({ title: 7 }), says: /title must be a text, not 7/ },
  { what: 'an object for text', text: issue({ details: { a: 1 } }), says: /details must be a text, not/ },
  { what: 'null where the table has none', text: issue({ title: null }), says: /title must be a text, not null/ },
  { what: 'a text for an integer', text: issue({ priority: '1' }), says: /priority must be 0 to 4/ },
  {
    what: 'priority 7',
    text: issue({ priority: 7 }),
    says: /priority must be 0 to 4, not 7/,
  },
  { what: 'priority -1', text: issue({ priority: -1 }), says: /priority must be 0 to 4, not -1/ },
  { what: 'a fraction for an integer', text: issue({ created_at: 1.5 }), says: /created_at must be an integer/ },
  {
    what: 'an integer of 65 bits',
    text: good.replace('"closed_at":null', '"closed_at":9223372036854775808'),
    says: /closed_at must be an integer of 64 bits, not 9223372036854775808/,
  },
  {
    what: 'true for an integer',
    text: issue({ updated_at: true }),
    says: /updated_at must be an integer.*not true/,
  },
  { what: 'a text for a set', text: issue({ labels: 'x' }), says: /labels must be a list, not "x"/ },
  {
    what: 'a number in a set',
    text: issue({ labels: ['a', 1] }),
    says: /labels has an element whose label must be a text/,
  },
  { what: 'null in a set', text: issue({ labels: [null] }), says: /labels has an element whose label .*not null/ },
  {
    what: 'a text for an element',
    text: issue({ dependencies: ['i1'] }),
    says: /dependencies must be a list of obj/,
  },
  {
    what: 'an element with an unknown name',
    text: issue({ dependencies: [{ depends_on_id: 'i1', dependency_type: 'blocks', created_at: 1, extra: 1 }] }),
    says: /dependencies must have elements with .*has one with "extra"/,
  },
  {
    what: 'an element without what it needs',
    text: issue({ dependencies: [{ dependency_type: 'blocks', created_at: 1 }] }),
    says: /dependencies has an element whose depends_on_id must be a text, not null/,
  },
  {
    what: 'hours 0',
    name: 'time_entries.jsonl',
    text: line('time_entry', 't1', { hours: 0 }),
    says: /hours must be a number greater than 0, not 0/,
  },
  {
    what: 'hours that overflow',
    name: 'time_entries.jsonl',
    text: line('time_entry', 't1').replace('"hours":1.5', '"hours":1e999'),
    says: /hours must be a number/,
  },
  {
    what: 'a text for hours',
    name: 'time_entries.jsonl',
    text: line('time_entry', 't1', { hours: '1' }),
    says: /hours must be a number greater than 0, not "1"/,
  },
  {
    what: 'an unknown status of a time entry',
    name: 'time_entries.jsonl',
    text: line('time_entry', 't1', { status: 'paid' }),
    says: /status must be one of "logged", "reviewed", "invoiced", not "paid"/,
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
    says: /exported_at is missing; it must be a time/,
  },
  {
    what: 'an exported_at that is no time',
    text: line('issue', 'i2', {}, 'yesterday'),
    says: /exported_at is "yest/,
  },
  { what: 'a 30th of February', text: line('issue', 'i2', {}, '2026-02-30T00:00:00Z'), says: /exported_at is/ },
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
  { what: 'a greater v', code: 'newer_format', text: good.replace('"v":1', '"v":2'), says: /v must be 1, not 2/ },
  { what: 'a v that is none', text: good.replace('"v":1', '"v":"1"'), says: /v must be 1, not "1"/ },
  { what: 'v 0', text: good.replace('"v":1', '"v":0'), says: /v must be 1, not 0/ },
  { what: 'a conflict marker', code: 'conflict_markers', text: '<<<<<<< HEAD', says: /the conflict marker/ },
  {
    what: 'the marker of a base',
    code: 'conflict_markers',
    text: '||||||| 1234567',
    says: /the conflict marker/,
  },
  { what: 'a long marker', code: 'conflict_markers', text: '<<<<<<<<<<<<<<<< x', says: /the conflict marker/ },
  { what: 'a separator', code: 'conflict_markers', text: '=======', says: /the conflict marker "=======" stands here/ },
  { what: 'an end marker', code: 'conflict_markers', text: '>>>>>>> topic', says: /the conflict marker/ },
  {
    what: 'a deletion without a time',
    name: 'deletions.jsonl',
    text: '{"entity_type":"issue","entity_id":"i1"}',
    says: /deleted_at is missing; it must be a time/,
  },
  {
    what: 'a deletion without an id',
    name: 'deletions.jsonl',
    text: `{"entity_type":"issue","deleted_at":"${STAMP}"}`,
    says: /entity_id must be a text, not null/,
  },
  {
    what: 'a deletion by a number',
    name: 'deletions.jsonl',
    text: deletion('issue', 'i1').replace('"ann"', '7'),
    says: /deleted_by must be a text, not 7/,
  },
];
