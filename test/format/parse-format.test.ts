import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { formatLine, formatTombstone } from '../../src/format/format.js';
import { LineError, parseLine } from '../../src/format/parse.js';
import { sameContent } from '../../src/record/content.js';
import type { Content } from '../../src/record/content.js';
import { sha256 } from '../../src/record/json.js';
import type { Deleted } from '../../src/record/version.js';
import { savecontext } from '../../src/savecontext/registry.js';
import { content, text, unknownMembers } from '../record/arbitraries.js';
import { HERE, readLine, sample } from '../record/samples.js';

const STAMP = fc.integer({ min: Date.parse('0000-01-01T00:00:00Z'), max: Date.parse('9999-12-31T23:59:59.999Z') });
const THERE = { project: '/home/b/atlas', scopeId: 'proj_b' } as const;

/** What a line without `v` says of a content: nothing of extension fields. */
function coreOf(whole: Content): Content {
  const { entity, tokens } = whole;
  const blank = sample(entity.type as Parameters<typeof sample>[0]);
  return { ...whole, tokens: tokens.map((token, i) => (i < entity.coreCount ? token : (blank.tokens[i] ?? token))) };
}

describe('a line of a record', () => {
  it('says in portable form all that its content does, in every clone the same', () => {
    fc.assert(
      fc.property(content, STAMP, (whole, stamp) => {
        const raw = formatLine(whole, stamp, 'portable', HERE);
        expect(formatLine(whole, stamp, 'portable', THERE)).toBe(raw);
        const line = readLine(raw);
        expect(sameContent(line.content, whole)).toBe(true);
        expect(line).toMatchObject({
          type: whole.entity.type,
          id: whole.id,
          stamp,
          form: 'portable',
          edited: false,
          raw,
        });
      }),
      { numRuns: 2000 },
    );
  });

  it('says in absolute form its core, whatever the machine', () => {
    fc.assert(
      fc.property(
        content,
        STAMP,
        fc.constantFrom(HERE, THERE, { project: '/proj', scopeId: '' }),
        (whole, stamp, machine) => {
          const line = readLine(formatLine(whole, stamp, 'absolute', machine));
          expect(sameContent(line.content, coreOf(whole))).toBe(true);
          expect(line).toMatchObject({ id: whole.id, stamp, form: 'absolute', edited: false });
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('is written byte for byte as it was when it is read and written again', () => {
    fc.assert(
      fc.property(content, STAMP, fc.constantFrom('portable', 'absolute'), (whole, stamp, form) => {
        const raw = formatLine(whole, stamp, form, HERE);
        expect(formatLine(readLine(raw).content, stamp, form, HERE)).toBe(raw);
      }),
      { numRuns: 2000 },
    );
  });

  it('is valid JSON with a hash of its data object, which does not depend on the stamp', () => {
    fc.assert(
      fc.property(content, STAMP, STAMP, (whole, stamp, other) => {
        const raw = formatLine(whole, stamp, 'portable', HERE);
        const data = raw.slice(`{"type":"${whole.entity.type}",`.length, raw.lastIndexOf(',"content_hash":'));
        const hash = sha256(`{${data}}`);
        expect(JSON.parse(raw)).toMatchObject({ type: whole.entity.type, id: whole.id, v: 1, content_hash: hash });
        expect(formatLine(whole, other, 'portable', HERE)).toContain(hash);
        expect(raw).not.toMatch(/[\n\r]/);
      }),
    );
  });

  it('reads the same with its members in another order, spaced and with other escapes', () => {
    fc.assert(
      fc.property(content, STAMP, fc.array(fc.nat(9), { minLength: 40, maxLength: 40 }), (whole, stamp, keys) => {
        const line = readLine(formatLine(whole, stamp, 'portable', HERE));
        const known = { ...whole, unknown: [] };
        const members = Object.entries(membersOf(formatLine(known, stamp, 'portable', HERE)));
        const shuffled = members
          .map((member, index) => ({ member, key: keys[index] ?? 0 }))
          .sort((a, b) => a.key - b.key)
          .map(
            ({ member: [name, token] }) =>
              ` ${escaped(name)} :\t${token.startsWith('"') ? escaped(JSON.parse(token) as string) : token} `,
          );
        const again = readLine(`{${shuffled.join(',')}}`);
        expect(again.content.tokens).toEqual(line.content.tokens);
        expect(again.edited).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});

/** The members of a line as their tokens. */
function membersOf(raw: string): Readonly<Record<string, string>> {
  const line = readLine(raw);
  const { entity, tokens } = line.content;
  const own = JSON.parse(raw) as Readonly<Record<string, unknown>>;
  const names = Object.keys(own);
  return Object.fromEntries(
    names.map((name) => [name, tokens[entity.indexOf.get(name) ?? -1] ?? JSON.stringify(own[name])]),
  );
}

/** A string token with every unit as an escape. */
function escaped(value: string): string {
  const units = Array.from({ length: value.length }, (_, i) => value.charCodeAt(i).toString(16).padStart(4, '0'));
  return `"${units.map((unit) => `\\u${unit}`).join('')}"`;
}

describe('a line of the file of deletions', () => {
  const tombstone: fc.Arbitrary<Deleted> = fc.record({
    kind: fc.constant('deleted' as const),
    type: fc.constantFrom(...savecontext.entities.map(({ type }) => type)),
    id: text.map((value) => value.replaceAll('\0', '0')),
    stamp: STAMP,
    by: text,
    unknown: unknownMembers,
  });

  it('says all that the tombstone does, and is written again as it was', () => {
    fc.assert(
      fc.property(tombstone, (deleted) => {
        const raw = formatTombstone(deleted, 'portable', HERE.project);
        expect(parseLine(savecontext, raw)).toEqual({ ...deleted, raw });
        const absolute = formatTombstone(deleted, 'absolute', HERE.project);
        expect(parseLine(savecontext, absolute)).toEqual({ ...deleted, raw: absolute });
        expect(absolute).toContain(`"project_path":"${HERE.project}"`);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('parseLine on broken lines', () => {
  const mutation = fc.record({
    at: fc.nat(2000),
    remove: fc.nat(4),
    insert: fc.oneof(
      fc.constantFrom('', '"', '\\', '{', '}', ',', ':', '1', '-', 'null', '[', ']', '\u0000'),
      fc.string({ maxLength: 2 }),
    ),
  });

  it('throws nothing but LineError with problems', () => {
    fc.assert(
      fc.property(content, fc.array(mutation, { minLength: 1, maxLength: 3 }), (whole, mutations) => {
        const raw = mutations.reduce(
          (before, { at, remove, insert }) => {
            const start = at % (before.length + 1);
            return before.slice(0, start) + insert + before.slice(start + remove);
          },
          formatLine(whole, 0, 'portable', HERE),
        );
        try {
          const version = parseLine(savecontext, raw);
          if (version.kind === 'present') readLine(formatLine(version.content, version.stamp, 'portable', HERE));
        } catch (error) {
          expect(error).toBeInstanceOf(LineError);
          expect((error as LineError).problems.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 5000 },
    );
  });

  it('throws nothing but LineError for any text and any JSON', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (raw) => {
        expect(() => parseLine(savecontext, raw)).toThrow(LineError);
      }),
      { numRuns: 1000 },
    );
  });
});
