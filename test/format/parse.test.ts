import { describe, expect, it } from 'vitest';

import { formatLine } from '../../src/format/format.js';
import { LineError, parseLine } from '../../src/format/parse.js';
import { tokenOf } from '../../src/record/content.js';
import { toToken } from '../../src/record/object.js';
import type { RecordObject } from '../../src/record/object.js';
import { savecontext } from '../../src/savecontext/registry.js';
import type { EntityType } from '../../src/savecontext/records.js';
import { HERE, editedLineOf, lineOf, readLine, sample, sampleObject } from '../record/samples.js';

const AT = { exported_at: '2026-01-01T00:00:00Z' } as const;

/** A line as somebody might write it by hand, without a hash. */
function handLine(type: EntityType, changes: RecordObject, v: RecordObject = { v: 1 }): string {
  return toToken({ ...sampleObject(type, changes), ...v, ...AT });
}

function problemsOf(raw: string): readonly string[] {
  try {
    parseLine(savecontext, raw);
    return [];
  } catch (error) {
    if (error instanceof LineError) return error.problems;
    throw error;
  }
}

describe('what a line may leave out or spell otherwise', () => {
  it('takes missing nullable fields as null, missing extension fields as their default', () => {
    const issue = readLine(handLine('issue', {})).content;
    expect(tokenOf(issue, 'description')).toBe('null');
    expect(tokenOf(issue, 'labels')).toBe('[]');
    const checkpoint = readLine(handLine('checkpoint', {})).content;
    expect(tokenOf(checkpoint, 'total_size')).toBe('0');
    expect(tokenOf(readLine(handLine('checkpoint', { total_size: null })).content, 'total_size')).toBe('null');
  });

  it('writes extension fields only where they differ from their default, an empty text and null too', () => {
    expect(lineOf(sample('issue'), 1).raw).toContain('"closed_at":null,"v":1,"content_hash"');
    expect(lineOf(sample('issue', { close_reason: '', labels: [] }), 1).raw).toContain(
      '"v":1,"close_reason":"","content_hash"',
    );
    expect(lineOf(sample('checkpoint'), 1).raw).toContain('"v":1,"content_hash"');
    expect(lineOf(sample('checkpoint', { total_size: null }), 1).raw).toContain(
      '"v":1,"total_size":null,"content_hash"',
    );
  });

  it('takes an integer for a real', () => {
    expect(tokenOf(readLine(handLine('time_entry', { hours: 4 })).content, 'hours')).toBe('4.0');
  });

  it('sorts a set and takes each element once', () => {
    const { content } = readLine(handLine('issue', { labels: ['\u{1f680}', 'b', '\uffff', 'b'] }));
    expect(tokenOf(content, 'labels')).toBe('["b","\uffff","\u{1f680}"]');
  });

  it('takes the smallest of items that stand twice, and counts them once', () => {
    const item = (order: number | null, name: string | null): RecordObject => ({
      context_item_id: 'i',
      group_name: name,
      group_order: order,
    });
    for (const items of [
      [item(2, 'a'), item(1, 'b'), item(1, 'a')],
      [item(1, 'a'), item(1, 'b'), item(2, 'a')],
    ]) {
      const { content } = readLine(handLine('checkpoint', { items, item_count: 3 }));
      expect(tokenOf(content, 'items')).toBe('[{"context_item_id":"i","group_name":"a","group_order":1}]');
      expect(tokenOf(content, 'item_count')).toBe('1');
    }
  });

  it('keeps the number of items where none are named', () => {
    expect(tokenOf(readLine(handLine('checkpoint', { item_count: 7 }, {})).content, 'item_count')).toBe('7');
  });

  it('keeps unknown words of columns without a CHECK', () => {
    expect(tokenOf(readLine(handLine('plan', { status: 'archived' })).content, 'status')).toBe('"archived"');
  });

  it('keeps unknown fields with their own text, sorted by the bytes of their names', () => {
    const raw = handLine('memory', {}).replace('"v":1', '"\u{1f680}": 1.0 ,"\uffff":{"b": 1,"a":"\\u00e9"},"v":1');
    expect(readLine(raw).content.unknown).toEqual([
      ['\uffff', '{"b":1,"a":"\\u00e9"}'],
      ['\u{1f680}', '1.0'],
    ]);
  });

  it('maps the paths of another machine, and leaves others alone', () => {
    const plan = { project_path: '/home/b/atlas', project_id: 'proj_b', source_path: '/home/b/atlas/plan.md' };
    const { content } = readLine(handLine('plan', plan, {}));
    expect(['project_path', 'project_id', 'source_path'].map((name) => tokenOf(content, name))).toEqual([
      '"."',
      '"."',
      '"./plan.md"',
    ]);
    const outside = readLine(handLine('plan', { ...plan, source_path: '/home/b/atlas2/plan.md' }, {})).content;
    expect(tokenOf(outside, 'source_path')).toBe('"/home/b/atlas2/plan.md"');
    const projects = { project_path: '/home/b/atlas', projects: ['/other', '/home/b/atlas/a', './b'] };
    expect(tokenOf(readLine(handLine('session', projects)).content, 'projects')).toBe('["././b","./a","/other"]');
  });

  it('keeps a line of an unknown type as it is', () => {
    const raw = '{"type":"widget","id":1}';
    expect(parseLine(savecontext, raw)).toEqual({ kind: 'unknown', type: 'widget', raw });
    const deletion = '{"entity_type":"widget"}';
    expect(parseLine(savecontext, deletion)).toEqual({ kind: 'unknown', type: 'widget', raw: deletion });
  });

  it('reads the tombstones of the reference', () => {
    const raw = '{"deleted_at":"2026-01-01T01:00:00+01:00","entity_id":"a","entity_type":"issue","x":1.0}';
    expect(parseLine(savecontext, raw)).toEqual({
      kind: 'deleted',
      type: 'issue',
      id: 'a',
      stamp: Date.parse('2026-01-01T00:00:00Z'),
      by: '',
      unknown: [['x', '1.0']],
      raw,
    });
  });
});

describe('edits by hand', () => {
  it('are seen by a hash that is missing or does not fit', () => {
    expect(readLine(handLine('memory', {})).edited).toBe(true);
    expect(editedLineOf(sample('memory'), 1).edited).toBe(true);
    const { raw } = lineOf(sample('memory'), 1);
    expect(readLine(raw).edited).toBe(false);
    expect(readLine(raw.replace('"value":"v"', '"value":"w"')).edited).toBe(true);
    expect(readLine(raw.replace('"v":1,', '"v":1,"x":1,')).edited).toBe(true);
    expect(readLine(raw.replace('"v":1,', '')).edited).toBe(true);
  });

  it('are not seen where a hash fits as written or in canonical form', () => {
    const raw = formatLine(sample('time_entry', { hours: 4 }), 1, 'absolute', HERE);
    expect(readLine(raw).edited).toBe(false);
    expect(readLine(raw.replace('"hours":4.0', '"hours":4')).edited).toBe(false);
    expect(readLine(raw.replace('"period":null,', '')).edited).toBe(false);
    expect(
      readLine(raw.replace('"exported_at":"1970-01-01T00:00:00.001Z"', '"exported_at":"2000-01-01T00:00:00+00:00"'))
        .edited,
    ).toBe(false);
  });
});

describe('what parseLine refuses', () => {
  it.each([
    ['\ufeff{}', ['the file begins with a byte order mark; save it as UTF-8 without BOM']],
    ['{', ['column 2: a string in double quotes must stand here, not the end of the line']],
    ['{}', ['a line must have a "type", or an "entity_type" for a deletion; this one has neither']],
    ['{"type":1}', ['type must be a text, not 1']],
    ['{"type":"memory","type":"memory"}', ['column 18: the name "type" stands twice']],
    [
      toToken({ ...sampleObject('memory', { id: null, value: 1, category: [] }), ...AT }),
      [
        'id must be a text without U+0000, of at most 262144 bytes, not null',
        'value must be a text, not 1',
        'category must be a text, not []',
      ],
    ],
    [
      toToken({ type: 'memory', ...AT }),
      ['id', 'project_path', 'key', 'value', 'created_at', 'updated_at'].map(
        (name) => expect.stringContaining(`${name} is missing; it must be `) as string,
      ),
    ],
    [toToken(sampleObject('memory')), [expect.stringContaining('exported_at is missing; it must be a time') as string]],
    [
      handLine('memory', { id: 'a\0b' }),
      ['id must be a text without U+0000, of at most 262144 bytes, not "a\\u0000b"'],
    ],
    [handLine('issue', { priority: 5 }), ['priority must be 0 to 4, not 5']],
    [handLine('issue', { closed_at: 2n ** 63n }), ['closed_at must be an integer of 64 bits, not 9223372036854775808']],
    [handLine('issue', { created_at: 1.5 }), ['created_at must be an integer of 64 bits, not 1.5']],
    [handLine('issue', { labels: 'a' }), ['labels must be a list, not "a"']],
    [handLine('issue', { labels: ['a', 1] }), ['labels has an element whose label must be a text, not 1']],
    [
      handLine('issue', { dependencies: ['a'] }),
      [expect.stringContaining('must be a list of objects with depends_on_id') as string],
    ],
    [
      handLine('issue', { dependencies: [{ depends_on_id: 'a', created_at: 1, x: 1 }] }),
      [expect.stringContaining('has one with "x"') as string],
    ],
    [
      handLine('issue', { dependencies: [{ depends_on_id: 'a' }] }),
      ['dependencies has an element whose created_at must be an integer of 64 bits, not null'],
    ],
    [handLine('time_entry', { hours: 0 }), ['hours must be a number greater than 0, not 0']],
    [
      handLine('time_entry', { hours: 1 }).replace('"hours":1', '"hours":1e999'),
      [expect.stringContaining('hours must be a number') as string],
    ],
    [
      handLine('time_entry', { status: 'open' }),
      ['status must be one of "logged", "reviewed", "invoiced", not "open"'],
    ],
    [
      '{"entity_type":"issue","entity_id":1,"deleted_at":"x"}',
      ['entity_id must be a text, not 1', expect.stringContaining('deleted_at is "x"') as string],
    ],
    [
      '{"entity_type":"issue","entity_id":"a\\u0000","deleted_at":"2026-01-01T00:00:00Z"}',
      ['entity_id must be a text without U+0000, of at most 262144 bytes, not "a\\u0000"'],
    ],
    [handLine('memory', {}, { v: '1' }), ['v must be 1, not "1"']],
  ])('%s', (raw, problems) => {
    expect(problemsOf(raw)).toEqual(problems);
  });

  it('says when a line is in a later version of the format', () => {
    expect(() => parseLine(savecontext, handLine('memory', {}, { v: 2 }))).toThrow(
      expect.objectContaining({ code: 'newer_format' }) as Error,
    );
    expect(() => parseLine(savecontext, handLine('memory', {}, { v: 0 }))).toThrow(
      expect.objectContaining({ code: 'bad_input' }) as Error,
    );
  });
});
