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
  { what: 'nothing in it', raw: '{}', says: /type must be a text/ },
  { what: 'a time after the year 9999', raw: lostLine({ at: 1e15 }), says: /^at must be .*not 1000000000000000/ },
  { what: 'a time that is no integer', raw: lostLine({ at: 1.5 }), says: /^at must be / },
  { what: 'a time of many digits', raw: lostLine().replace('1000', '9'.repeat(400)), says: /^at must be / },
  { what: 'a time as a text', raw: lostLine({ at: 'now' }), says: /^at must be / },
  { what: 'no time', raw: lostLine({ at: null }), says: /^at must be / },
  { what: 'an unknown type', raw: lostLine({ type: 'nothing' }), says: /^type must be one of session, / },
  { what: 'a type of Object.prototype', raw: lostLine({ type: 'constructor' }), says: /^type must be one of/ },
  { what: 'a number for a type', raw: lostLine({ type: 5 }), says: /^type must be a text or null, not 5/ },
  { what: 'an unknown reason', raw: lostLine({ why: 'toString' }), says: /^why must be one of merge/ },
  {
    what: 'an unknown field',
    raw: lostLine({ field: 'titel' }),
    says: /^field must be a field of the type issue, not "titel"/,
  },
  { what: 'a wrong value that was kept', raw: lostLine({ kept: '{' }), says: /^kept: column/ },
  { what: 'a wrong value of the base', raw: lostLine({ base: '7' }), says: /^base must be a text/ },
  { what: 'no value', raw: lostLine({ lost: null }), says: /^lost must be a text/ },
  { what: 'a U+0000 in the id', raw: lostLine({ id: 'a\0' }), says: /^id must be a text without/ },
];

/** Lines with a value that its record cannot have. */
export const BAD_VALUES: readonly BadLoss[] = [
  {
    what: 'the key for a field',
    raw: lostLine({ field: 'id', lost: '"i2"' }),
    says: /^field must not be id, which says which record/,
  },
  {
    what: 'the project for a field',
    raw: lostLine({ field: 'project_path', lost: '"/x"' }),
    says: /^field must not be project_path/,
  },
  {
    what: 'a part of a line for a field',
    raw: lostLine({ field: 'type', unknown: true }),
    says: /^field must not be type/,
  },
  {
    what: 'the version for a field',
    raw: lostLine({ field: 'v', unknown: true, kept: '1' }),
    says: /^field must not be v/,
  },
  { what: 'a value of another type', raw: lostLine({ lost: '5' }), says: /^lost must be a text, not 5/ },
  {
    what: 'a null that its field cannot have',
    raw: lostLine({ lost: 'null' }),
    says: /^lost must be a text, not null/,
  },
  { what: 'a value that is no JSON', raw: lostLine({ lost: 'lost' }), says: /^lost: column/ },
  { what: 'two values', raw: lostLine({ lost: '"a","b"' }), says: /^lost must be one JSON value/ },
  {
    what: 'a value out of its range',
    raw: lostLine({ field: 'priority', kept: '1', lost: '99' }),
    says: /^lost .*99/,
  },
  {
    what: 'an integer too great',
    raw: lostLine({ field: 'priority', kept: '1', lost: '9'.repeat(30) }),
    says: /^lost /,
  },
  {
    what: 'a set that is none',
    raw: lostLine({ field: 'labels', kept: '[]', lost: '"a"' }),
    says: /^lost must be a list/,
  },
  {
    what: 'a wrong element',
    raw: lostLine({ field: 'labels', kept: '[]', lost: '[5]' }),
    says: /^lost has an element whose label/,
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
    says: /^lost must be the record "i2"/,
  },
  {
    what: 'a whole record with a wrong value',
    raw: lostLine({ field: null, kept: null, lost: WHOLE.replace('"t"', '7') }),
    says: /title must be a text, not 7/,
  },
  {
    what: 'a whole record that ends its line',
    raw: lostLine({ field: null, kept: null, lost: `${WHOLE},"type":"memory"}` }),
    says: /^lost: column/,
  },
];
