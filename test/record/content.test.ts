import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  derived,
  elementKey,
  elementsOf,
  fallbackToken,
  sameContent,
  sortMembers,
  tokenOf,
  withTokens,
} from '../../src/record/content.js';
import { setToken } from '../../src/record/elements.js';
import { fieldToken } from '../../src/record/field-token.js';
import { scanObject, unquote } from '../../src/record/json.js';
import { toJson } from '../../src/record/object.js';
import type { SetField } from '../../src/registry/field.js';
import { savecontext } from '../../src/savecontext/registry.js';
import { content, fieldTokens, unknownMembers } from './arbitraries.js';
import { sample } from './samples.js';

const SETS = savecontext.entities.flatMap(({ type, synced }) =>
  synced.flatMap(({ name, field }): [string, SetField][] => (field.kind === 'set' ? [[`${type}.${name}`, field]] : [])),
);
const FIELDS = savecontext.entities.flatMap(({ type, synced }) =>
  synced.map(({ name, field }) => [`${type}.${name}`, field] as const),
);

describe('sets', () => {
  it.each(SETS)('%s has one token for the same elements, sorted by the bytes of their keys', (_, field) => {
    fc.assert(
      fc.property(
        fieldTokens(field).chain((token) => {
          const elements = elementsOf(field.set, token);
          return fc.tuple(fc.constant(token), fc.shuffledSubarray(elements, { minLength: elements.length }));
        }),
        ([token, shuffled]) => {
          expect(setToken(field.set, shuffled)).toBe(token);
          expect(setToken(field.set, [...shuffled, ...shuffled])).toBe(token);
          const keys = elementsOf(field.set, token).map((element) => Buffer.from(elementKey(element)));
          expect(keys).toEqual([...keys].sort((a, b) => Buffer.compare(a, b)));
        },
      ),
    );
  });

  it('keep the item with the smallest order, then group, null first', () => {
    const [, field] = SETS.find(([name]) => name === 'checkpoint.items')!;
    const items = [
      ['"i"', '"b"', '10'],
      ['"i"', '"b"', '9'],
      ['"i"', '"a"', '9'],
      ['"i"', 'null', '9'],
    ];
    for (let count = 1; count <= items.length; count++) {
      const some = items.slice(0, count);
      const token = setToken(field.set, some.slice(-1));
      expect(setToken(field.set, some)).toBe(token);
      expect(setToken(field.set, [...some].reverse())).toBe(token);
    }
    const last = ['"i"', '"z"', 'null'];
    expect(setToken(field.set, [...items, last])).toBe(setToken(field.set, [last]));
  });
});

describe('fieldToken', () => {
  it.each(FIELDS)('%s leaves a canonical token as it is', (_, field) => {
    fc.assert(
      fc.property(fieldTokens(field), (token) => {
        const problems: string[] = [];
        expect(fieldToken(field, token, problems)).toBe(token);
        expect(problems).toEqual([]);
      }),
    );
  });

  it.each(FIELDS)('%s refuses null exactly where its column does', (_, field) => {
    const problems: string[] = [];
    const token = fieldToken(field, 'null', problems);
    expect(problems.length === 0).toBe(field.nullable || field.kind === 'set');
    expect(token).toBe(field.kind === 'set' ? '[]' : 'null');
  });

  it('gives every spelling of a text one token', () => {
    const problems: string[] = [];
    const field = { kind: 'text', role: 'core', nullable: false } as const;
    expect(fieldToken(field, '"\\u00e9\\/\\u000a\\u001F"', problems)).toBe('"é/\\n\\u001f"');
    expect(problems).toEqual([]);
  });
});

describe('contents', () => {
  it('are the same exactly when their values are', () => {
    fc.assert(
      fc.property(content, (whole) => {
        expect(sameContent(whole, { ...whole, tokens: [...whole.tokens] })).toBe(true);
        for (const { index } of whole.entity.synced) {
          const tokens = whole.tokens.map((token, i) => (i === index ? `${token}x` : token));
          expect(sameContent(whole, { ...whole, tokens })).toBe(false);
        }
        expect(sameContent(whole, { ...whole, unknown: [...whole.unknown, ['other', '1']] })).toBe(false);
      }),
      { numRuns: 50 },
    );
  });

  it('count the elements of a set where it has any', () => {
    const items = '[{"context_item_id":"i","group_name":null,"group_order":null}]';
    const place = (name: string): number => sample('checkpoint').entity.indexOf.get(name) ?? -1;
    const changed = withTokens(sample('checkpoint', { item_count: 7 }), new Map([[place('items'), items]]));
    expect(tokenOf(changed, 'item_count')).toBe('1');
    const emptied = withTokens(changed, new Map([[place('items'), '[]']]));
    expect(tokenOf(emptied, 'item_count')).toBe('1');
    expect(derived(emptied)).toBe(emptied);
  });

  it('have a fallback for every extension field that is a canonical value of it', () => {
    for (const entity of savecontext.entities) {
      for (const { field, index } of entity.synced.slice(entity.coreCount)) {
        const problems: string[] = [];
        expect(fieldToken(field, fallbackToken(entity, index), problems)).toBe(fallbackToken(entity, index));
        expect(problems).toEqual([]);
      }
    }
  });

  it('sort unknown members by the bytes of their names', () => {
    fc.assert(
      fc.property(
        unknownMembers.chain((members) =>
          fc.tuple(fc.constant(members), fc.shuffledSubarray([...members], { minLength: members.length })),
        ),
        ([members, shuffled]) => {
          expect(sortMembers(shuffled)).toEqual(members);
        },
      ),
    );
    expect(
      sortMembers([
        ['\u{1f680}', '1'],
        ['\uffff', '2'],
      ]).map(([name]) => name),
    ).toEqual(['\uffff', '\u{1f680}']);
  });

  it('have no field that is not synced', () => {
    expect(() => tokenOf(sample('session'), 'user_id')).toThrow('session has no synced field user_id');
  });

  it('are JSON to the last digit', () => {
    fc.assert(
      fc.property(content, (whole) => {
        const members = new Map(scanObject(toJson(whole)));
        expect(unquote(members.get('type') ?? '""')).toBe(whole.entity.type);
        for (const { name, index } of whole.entity.synced) expect(members.get(name)).toBe(whole.tokens[index]);
        for (const [name, token] of whole.unknown) expect(members.get(name)).toBe(token);
      }),
      { numRuns: 200 },
    );
  });
});
