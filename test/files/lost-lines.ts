/** A value that lost, as a merge driver leaves it. */
export const GOOD_LOSS = {
  ...{ type: 'issue', id: 'i1', field: 'title', base: null, kept: '"kept"', lost: '"lost"' },
  ...{ why: 'merge', at: 1000 },
} as const;

export function lostLine(changes: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ ...GOOD_LOSS, ...changes });
}

const WHOLE =
  '{"id":"i1","project_path":".","title":"t","status":"open","priority":2,"issue_type":"task","created_at":1,"updated_at":1,"v":1}';
/** A line that no driver writes, and what is said of it. */
export interface BadLoss {
  readonly what: string;
  readonly raw: string;
  readonly says: RegExp;
}

/** Lines that do not have the form of one. */
export const BAD_FORMS: readonly BadLoss[] = [
  { what: 'no JSON', raw: 'x', says: /^column 1/ },
  { what: 'JSON that is cut', raw: lostLine().slice(0, 40), says: /no end/ },
  { what: 'another value than an object', raw: '[1]', says: /an object/ },
  { what: 'a name twice', raw: `${lostLine().slice(0, -1)},"at":5}`, says: /twice/ },
  { what: 'nothing in it', raw: '{}', says: /type: expected a text/ },
  { what: 'a time after the year 9999', raw: lostLine({ at: 1e15 }), says: /^at: .*found 1000000000000000/ },
  { what: 'a time that is no integer', raw: lostLine({ at: 1.5 }), says: /^at: / },
  { what: 'a time of many digits', raw: lostLine().replace('1000', '9'.repeat(400)), says: /^at: / },
  { what: 'a time as a text', raw: lostLine({ at: 'now' }), says: /^at: / },
  { what: 'no time', raw: lostLine({ at: null }), says: /^at: / },
  { what: 'an unknown type', raw: lostLine({ type: 'nothing' }), says: /^type: expected one of session, / },
  { what: 'a type of Object.prototype', raw: lostLine({ type: 'constructor' }), says: /^type: expected one of/ },
  { what: 'a number for a type', raw: lostLine({ type: 5 }), says: /^type: expected a text or null, found 5/ },
  { what: 'an unknown reason', raw: lostLine({ why: 'toString' }), says: /^why: expected one of merge/ },
  {
    what: 'an unknown field',
    raw: lostLine({ field: 'titel' }),
    says: /^field: expected one of a issue, found "titel"/,
  },
  { what: 'a wrong value that was kept', raw: lostLine({ kept: '{' }), says: /^kept: column/ },
  { what: 'a wrong value of the base', raw: lostLine({ base: '7' }), says: /^base: expected a text/ },
  { what: 'no value', raw: lostLine({ lost: null }), says: /^lost: expected a text/ },
  { what: 'a U+0000 in the id', raw: lostLine({ id: 'a\0' }), says: /^id: expected a text without/ },
];

/** Lines with a value that its record cannot have. */
export const BAD_VALUES: readonly BadLoss[] = [
  { what: 'the key for a field', raw: lostLine({ field: 'id', lost: '"i2"' }), says: /^field: id says which record/ },
  {
    what: 'the project for a field',
    raw: lostLine({ field: 'project_path', lost: '"/x"' }),
    says: /^field: project_path/,
  },
  { what: 'a part of a line for a field', raw: lostLine({ field: 'type', unknown: true }), says: /^field: type says/ },
  { what: 'the version for a field', raw: lostLine({ field: 'v', unknown: true, kept: '1' }), says: /^field: v says/ },
  { what: 'a value of another type', raw: lostLine({ lost: '5' }), says: /^lost: expected a text, found 5/ },
  {
    what: 'a null that its field cannot have',
    raw: lostLine({ lost: 'null' }),
    says: /^lost: expected a text, found null/,
  },
  { what: 'a value that is no JSON', raw: lostLine({ lost: 'lost' }), says: /^lost: column/ },
  { what: 'two values', raw: lostLine({ lost: '"a","b"' }), says: /^lost: expected one JSON value/ },
  {
    what: 'a value out of its range',
    raw: lostLine({ field: 'priority', kept: '1', lost: '99' }),
    says: /^lost: .*99/,
  },
  {
    what: 'an integer too great',
    raw: lostLine({ field: 'priority', kept: '1', lost: '9'.repeat(30) }),
    says: /^lost: /,
  },
  {
    what: 'a set that is none',
    raw: lostLine({ field: 'labels', kept: '[]', lost: '"a"' }),
    says: /^lost: expected an array/,
  },
  {
    what: 'a wrong element',
    raw: lostLine({ field: 'labels', kept: '[]', lost: '[5]' }),
    says: /^lost: label of an element/,
  },
  { what: 'a lone surrogate', raw: lostLine({ lost: '"\\ud800"' }), says: /surrogate/ },
  {
    what: 'a whole record that is none',
    raw: lostLine({ field: null, kept: null, lost: '"x"' }),
    says: /^lost: .*object/,
  },
  {
    what: 'a whole record of another id',
    raw: lostLine({ id: 'i2', field: null, kept: null, lost: WHOLE }),
    says: /^lost: expected the record "i2"/,
  },
  {
    what: 'a whole record with a wrong value',
    raw: lostLine({ field: null, kept: null, lost: WHOLE.replace('"t"', '7') }),
    says: /title: expected a text, found 7/,
  },
  {
    what: 'a whole record that ends its line',
    raw: lostLine({ field: null, kept: null, lost: `${WHOLE},"type":"memory"}` }),
    says: /^lost: column/,
  },
];
