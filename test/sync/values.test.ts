import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectAgreement } from '../knowledge/agreement.js';
import { Replica, thrownBy } from './helpers.js';

const utf8 = new TextEncoder();
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()),
  fc.string({
    unit: fc.constantFrom(
      '\0',
      '\x01',
      '\b',
      '\n',
      '\r',
      '\x1f',
      '\x7f',
      '"',
      '\\',
      '/',
      '\u2028',
      '\ufeff',
      '\ufffd',
      '😀',
    ),
  }),
  fc.constantFrom('', '.', './', './x', '././', 'null', '[]', '["a","a"]', '{"type":"issue"}', '<<<<<<< HEAD'),
);
const anyInteger = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.constantFrom(0n, -1n, 2n ** 53n, 2n ** 53n + 1n, -(2n ** 63n), 2n ** 63n - 1n),
);
const anyHours = fc
  .oneof(
    fc.double({ min: Number.MIN_VALUE, noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(1e-5, 1e-6, 1e16, 1e15, 1e21, 5e-324, 3, 0.1),
  )
  .filter((value) => value > 0);

interface Values {
  readonly texts: readonly [string, string, string];
  readonly integers: readonly [bigint, bigint];
  readonly hours: number;
}
const anyValues: fc.Arbitrary<Values> = fc.record({
  texts: fc.tuple(anyText, anyText, anyText),
  integers: fc.tuple(anyInteger, anyInteger),
  hours: anyHours,
});

/** Writes text as bytes, since drivers cut it at U+0000. */
function write(replica: Replica, { texts, integers, hours }: Values): void {
  const [first, second, third] = texts.map((text) => utf8.encode(text));
  const text = 'CAST(? AS TEXT)';
  const { other, project } = replica;
  for (const table of ['time_entries', 'context_items', 'sessions', 'issues', 'session_projects'])
    other.run(`DELETE FROM ${table}`);
  other.run(
    `INSERT INTO sessions (id, name, description, project_path, created_at, updated_at) VALUES ('s', ${text}, ${text}, ?, ?, ?)`,
    first ?? null,
    second ?? null,
    project,
    ...integers,
  );
  other.run(
    `INSERT INTO session_projects (session_id, project_path, added_at) VALUES ('s', ${text}, 1)`,
    third ?? null,
  );
  other.run(
    `INSERT INTO context_items (id, session_id, key, value, tags, size, created_at, updated_at) VALUES ('c', 's', ${text}, ${text}, ${text}, ?, ?, 1)`,
    first ?? null,
    second ?? null,
    third ?? null,
    ...integers,
  );
  other.run(
    `INSERT INTO issues (id, project_path, title, created_at, updated_at) VALUES ('i', ?, ${text}, 1, 1)`,
    project,
    third ?? null,
  );
  other.run(`INSERT INTO issue_labels (id, issue_id, label) VALUES (NULL, 'i', ${text})`, first ?? null);
  // As text: a driver may lose a real that is very near to zero.
  other.run(
    `INSERT INTO time_entries (id, project_path, hours, description, work_date, created_at, updated_at)
     VALUES ('t', ?, CAST(? AS REAL), '', ${text}, 1, 1)`,
    project,
    String(hours),
    second ?? null,
  );
}

const cells = (replica: Replica): unknown => [
  replica.rows(`SELECT hex(name), hex(description), created_at, updated_at FROM sessions`),
  replica.rows(`SELECT hex(key), hex(value), hex(tags), size, created_at FROM context_items`),
  replica.rows(`SELECT hex(title) FROM issues`),
  replica.rows(`SELECT hex(label) FROM issue_labels`),
  replica.rows(`SELECT hours, hex(work_date) FROM time_entries`),
];

/** A real as the reference program writes it: a fraction from 1e-5 up to 1e16, else an exponent. */
function real(value: number): string {
  const isPlain = value >= 1e-5 && value < 1e16;
  if (!isPlain) return value.toExponential();
  const [digits = '', exponent = '0'] = value.toExponential().split('e');
  const whole = digits.replace('.', '');
  const point = Number(exponent) + 1;
  if (point <= 0) return `0.${'0'.repeat(-point)}${whole}`;
  const padded = whole.padEnd(point, '0');
  return `${padded.slice(0, point)}.${padded.slice(point) || '0'}`;
}

describe('P7 values', () => {
  it('go from a database to a file to a database exactly, and are written once', () => {
    const [a, b] = [new Replica(), new Replica()];
    fc.assert(
      fc.property(anyValues, (values) => {
        write(a, values);
        a.export();
        const hours = /"hours":([^,]*),/.exec(a.files()['time_entries.jsonl'] ?? '')?.[1];
        // SQLite itself reads a text to about 15 digits.
        expect(hours).toBe(real(Number(a.value(`SELECT hours FROM time_entries`))));
        expect(a.lines('sessions.jsonl')).toHaveLength(1);
        expect(JSON.parse(a.lines('sessions.jsonl')[0] ?? '')).toMatchObject({ name: values.texts[0] });
        b.pull(a);
        b.import();
        expect(cells(b)).toEqual(cells(a));
        expect(b.export({ full: true }).files).toEqual([]);
        const [own] = b.rows(`SELECT hex(project_path) FROM session_projects`);
        const [theirs] = a.rows(`SELECT hex(project_path) FROM session_projects`);
        expect(own).toEqual(theirs);
      }),
      { numRuns: 60 },
    );
    expectAgreement(a);
    expectAgreement(b);
  });

  it.each([
    ['text in an integer column', `UPDATE issues SET created_at = 'soon'`, /"i" of issues.*created_at.*soon/],
    ['a real in an integer column', `UPDATE issues SET created_at = 1.5`, /"i" of issues.*created_at.*1\.5/],
    ['a BLOB in a text column', `UPDATE issues SET title = x'ff00'`, /"i" of issues.*title.*BLOB/],
    ['invalid UTF-8', `UPDATE issues SET title = CAST(x'61ff' AS TEXT)`, /"i" of issues.*title.*UTF-8/],
    ['infinity', `UPDATE time_entries SET hours = 9e999`, /"t" of time_entries.*hours/],
    ['a BLOB in a set', `UPDATE issue_labels SET label = x'00'`, /issue/],
  ])('%s stops the export with its place', (_, sql, message) => {
    const replica = new Replica();
    write(replica, { texts: ['a', 'b', 'c'], integers: [1n, 2n], hours: 1 });
    replica.export();
    const before = replica.files();
    replica.run(sql);
    const error = thrownBy(() => replica.export());
    expect(error.code).toBe('bad_row');
    expect(error.message).toMatch(message);
    expect(replica.files()).toEqual(before);
  });

  it('a replacement character of the text itself is no error', () => {
    const replica = new Replica();
    write(replica, { texts: ['\ufffd', 'b', '\ufffd\0'], integers: [1n, 2n], hours: 1 });
    replica.export();
    expect(replica.record('issues.jsonl', 'i')).toMatchObject({ title: '\ufffd\0', labels: ['\ufffd'] });
  });
});
