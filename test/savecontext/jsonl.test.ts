import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { formatLine } from '../../src/format/format.js';
import { appendJsonl, contentHash, hasChanged, readJsonl, writeJsonl } from '../../src/savecontext/jsonl.js';
import type { SyncRecord } from '../../src/savecontext/records.js';
import { content } from '../record/arbitraries.js';
import { HERE, lineOf, sample, sampleObject, tombstoneOf } from '../record/samples.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { thrownBy } from '../files/thrown.js';

const AT = '2026-01-01T00:00:00.000Z';

function record(...parameters: Parameters<typeof sampleObject>): SyncRecord {
  return { ...sampleObject(...parameters), exported_at: AT } as unknown as SyncRecord;
}

function file(text?: string | Uint8Array): string {
  const path = join(temporaryFolder(), 'records.jsonl');
  if (text !== undefined) writeFileSync(path, text);
  return path;
}

describe('writeJsonl and readJsonl', () => {
  it('give back the very bytes of every line that this package writes', () => {
    const path = file();
    fc.assert(
      fc.property(fc.array(content, { maxLength: 5 }), fc.constantFrom('portable', 'absolute'), (all, form) => {
        const machine = { project: '.', scopeId: '.' };
        const plain = all.map((whole) => ({
          ...whole,
          unknown: whole.unknown.filter(([, token]) => !/[.eE]|-0|\\u/.test(token)),
        }));
        const text = plain
          .map((whole) => `${formatLine(whole, 1, form, form === 'portable' ? HERE : machine)}\n`)
          .join('');
        writeFileSync(path, text);
        writeJsonl(path, readJsonl(path));
        expect(readFileSync(path, 'utf8')).toBe(text);
      }),
      { numRuns: 300 },
    );
  });

  it('give back the records, 64-bit integers of known and unknown fields as bigints', () => {
    const path = file();
    const written = record('issue', {
      closed_at: 9223372036854775807n,
      labels: ['b', 'a'],
      x_new: { n: [9007199254740993n, 1.5] },
    });
    writeJsonl(path, [written]);
    const [read] = readJsonl(path);
    expect(read).toMatchObject({
      closed_at: 9223372036854775807n,
      labels: ['a', 'b'],
      x_new: { n: [9007199254740993n, 1.5] },
      v: 1,
    });
    expect(read).toMatchObject({
      description: null,
      dependencies: [],
      exported_at: AT,
      content_hash: contentHash(written),
    });
  });

  it('tell a line that says nothing of extension fields from one where they are empty', () => {
    const path = file();
    const bare = record('issue');
    const empty = record('issue', { labels: [] });
    writeJsonl(path, [bare, empty]);
    expect(
      readFileSync(path, 'utf8')
        .split('\n')
        .map((line) => line.includes('"v":1')),
    ).toEqual([false, true, false]);
    const [first, second] = readJsonl(path);
    expect(first).not.toHaveProperty('labels');
    expect(second).toMatchObject({ v: 1, labels: [] });
    expect(contentHash(first!)).toBe(contentHash(bare));
    expect(contentHash(second!)).toBe(contentHash(empty));
  });

  it('keep the order of the records, and leave out deletions, unknown types and blank lines', () => {
    const path = file();
    const lines = [
      lineOf(sample('memory', { id: 'b' }), 1).raw,
      '',
      tombstoneOf('memory', 'c', 1).raw,
      '{"type":"widget"}',
      '  ',
    ];
    writeFileSync(path, [...lines, lineOf(sample('memory', { id: 'a' }), 2).raw].join('\r\n'));
    expect(readJsonl(path).map(({ id, exported_at: at }) => [id, at])).toEqual([
      ['b', '1970-01-01T00:00:00.001Z'],
      ['a', '1970-01-01T00:00:00.002Z'],
    ]);
  });

  it('write now where a record has no stamp, and leave out what is undefined', () => {
    const path = file();
    const before = Date.now();
    writeJsonl(path, [{ ...sampleObject('memory'), x_new: undefined, category: undefined } as unknown as SyncRecord]);
    const [read] = readJsonl(path);
    expect(Date.parse(read?.exported_at ?? '')).toBeGreaterThanOrEqual(before);
    expect(read).not.toHaveProperty('x_new');
    expect(read).toHaveProperty('category', null);
  });

  it('name every line that cannot be read', () => {
    const good = lineOf(sample('memory'), 1).raw;
    const path = file(
      Buffer.concat([Buffer.from(`${good}\n{\n<<<<<<< HEAD\n`), Buffer.of(0xff, 0x0a), Buffer.from(good)]),
    );
    const error = thrownBy(() => readJsonl(path));
    expect(error).toMatchObject({ code: 'bad_input', message: `Cannot read ${path}: some lines are wrong` });
    expect(error.details).toEqual([
      `${path}:2: column 2: a string in double quotes must stand here, not the end of the line`,
      `${path}:3: column 1: an object must stand here, not "<<<<<<< HEAD"`,
      `${path}:4: the text must be UTF-8, and has other bytes`,
    ]);
    expect(thrownBy(() => readJsonl(`${path}.none`)).code).toBe('io');
  });

  it('refuse what is no record, and then write nothing', () => {
    const path = file('old\n');
    for (const [wrong, what] of [
      [
        record('memory', { value: 1, key: null }),
        'Cannot write the memory: key must be a text, not null; value must be a text, not 1',
      ],
      [record('memory', { value: '\ud800' }), 'Cannot write the memory: value must be a text, not "\\ud800"'],
      [
        record('memory', { x_new: ['\ud800'] }),
        'Cannot write the memory: x_new cannot be JSON: a lone surrogate stands in a string',
      ],
      [
        record('memory', { x_new: () => 1 }),
        'Cannot write the memory: x_new cannot be JSON: a value must stand here, not "undefined}"',
      ],
      [
        record('time_entry', { hours: Number.NaN }),
        'Cannot write the time_entry: hours must be a number greater than 0, not null',
      ],
      [
        { ...record('memory'), type: 'widget' } as unknown as SyncRecord,
        'The type "widget" is unknown; the types are session, plan, issue, context_item, memory, checkpoint, time_entry',
      ],
      [{ ...record('memory'), exported_at: 'now' }, 'exported_at must be an RFC 3339 time, not "now"'],
    ] as const) {
      expect(thrownBy(() => writeJsonl(path, [record('memory'), wrong]))).toMatchObject({
        code: 'usage',
        message: what,
      });
      expect(thrownBy(() => appendJsonl(path, wrong))).toMatchObject({ code: 'usage' });
    }
    expect(readFileSync(path, 'utf8')).toBe('old\n');
  });
});

describe('appendJsonl', () => {
  it('adds a line to a file, or makes it', () => {
    const path = file();
    appendJsonl(path, record('memory', { id: 'a' }));
    appendJsonl(path, record('memory', { id: 'b' }));
    expect(readJsonl(path).map(({ id }) => id)).toEqual(['a', 'b']);
    expect(readFileSync(path, 'utf8').endsWith('}\n')).toBe(true);
  });

  it('begins a new line where the last one has no end', () => {
    const path = file(lineOf(sample('memory', { id: 'a' }), 1).raw);
    appendJsonl(path, record('memory', { id: 'b' }));
    expect(readJsonl(path).map(({ id }) => id)).toEqual(['a', 'b']);
  });

  it('says where it could not write', () => {
    const path = join(file('x'), 'below');
    expect(thrownBy(() => appendJsonl(path, record('memory')))).toMatchObject({
      code: 'io',
      message: expect.stringContaining(`Cannot append to ${path}`) as string,
    });
  });
});

describe('contentHash and hasChanged', () => {
  it('is the hash that stands in the line', () => {
    const path = file();
    fc.assert(
      fc.property(content, (whole) => {
        const plain = { ...whole, unknown: [] };
        const { raw } = lineOf(plain, 1);
        writeFileSync(path, raw);
        const [read] = readJsonl(path);
        expect(raw).toContain(`"content_hash":"${contentHash(read!)}"`);
        expect(hasChanged(read!, read!.content_hash)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it('does not depend on the order of members, the stamp, or a hash that stands there', () => {
    const first = record('issue', { labels: ['a', 'b'], x_a: 1, x_b: 2 });
    const turned = Object.fromEntries(Object.entries(first).reverse()) as unknown as SyncRecord;
    const hash = contentHash(first);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(contentHash(turned)).toBe(hash);
    expect(contentHash({ ...first, exported_at: '2000-01-01T00:00:00Z', content_hash: 'x' })).toBe(hash);
    expect(contentHash({ ...first, labels: ['b', 'a', 'b'] } as unknown as SyncRecord)).toBe(hash);
  });

  it('follows every field', () => {
    const before = record('issue', { labels: ['a'] });
    const hash = contentHash(before);
    for (const change of [{ title: 'x' }, { labels: [] }, { closed_at: 0 }, { x_new: null }, { description: '' }]) {
      expect(hasChanged({ ...before, ...change }, hash)).toBe(true);
    }
    expect(hasChanged(before, hash)).toBe(false);
    expect(hasChanged(before, undefined)).toBe(true);
    expect(hasChanged(before, null)).toBe(true);
  });
});
