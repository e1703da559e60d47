import fc from 'fast-check';
import { marked } from 'marked';
import type { Token } from 'marked';
import { expect, it } from 'vitest';

import { checkMarkdown } from '../../src/cli/check-markdown.js';
import { cleanText } from '../../src/cli/clean.js';
import type { NamedChange } from '../../src/git/check-folder.js';

/** Texts that mean something in Markdown, and any other. */
const texts = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc
    .array(
      fc.constantFrom(
        '`',
        '``',
        ' ',
        '\n',
        '\n\n# ',
        '\\',
        '[a](http://b)',
        '![](x)',
        '<!--',
        '<b>',
        '@ann',
        '#1',
        '|',
        '*',
        '_',
        '~~~',
        'a',
        '\u202e',
        '\u200b',
        '\u001b[2J',
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join('')),
);

const change = (called: string, token: string): NamedChange => ({
  ...{ type: 'issue', id: 'i', action: 'changed', record: null, called },
  fields: [{ field: 'title', from: token, to: token }],
});

/** Every token that is no container, in order. */
function leaves(tokens: readonly Token[]): Token[] {
  return tokens.flatMap((token) => {
    const inside = token.type === 'list' ? (token as { items: Token[] }).items : (token as { tokens?: Token[] }).tokens;
    return inside === undefined ? [token] : leaves(inside);
  });
}

/** Code as a page shows it. */
const shown = (text: string): string => cleanText(text).replaceAll(/\p{Default_Ignorable_Code_Point}/gu, '');

it('shows each text as it is, and no text is anything but code', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(texts, texts), { maxLength: 5 }), texts, (records, says) => {
      const changes = records.map(([called, token]) => change(called, token));
      const finding = { what: 'unreadable', file: 'issues.jsonl', line: 3, says } as const;
      const all = leaves(marked.lexer(checkMarkdown({ findings: [finding], changes })));
      const code = all.filter(({ type }) => type === 'codespan').map((token) => (token as { raw: string }).raw);
      expect(code).toHaveLength(1 + 2 * changes.length);
      for (const [index, [called]] of records.entries()) expect(code[1 + 2 * index]).toContain(shown(called));
      expect(code[0]).toContain(shown(says));
      const others = all.filter(({ type }) => !['codespan', 'space'].includes(type));
      const words =
        /^(What the records become|Somebody must look at this:|No record changes\.|\d records?: \d changed\.|changed )$/;
      for (const { type, raw } of others) expect([type, raw]).toEqual(['text', expect.stringMatching(words)]);
    }),
    { numRuns: 500 },
  );
});

it('has no character that nobody sees', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const summary = checkMarkdown({ findings: [], changes: [change(text, text)] });
      expect(summary.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Default_Ignorable_Code_Point}\u202a-\u202e]/u);
    }),
    { numRuns: 200 },
  );
});

it('fits into a comment, and counts what does not', () => {
  const changes = Array.from({ length: 5000 }, (_, n) => change(`issue ${n}`, '"a"'));
  const summary = checkMarkdown({ findings: [], changes });
  expect(summary.length).toBeLessThan(65_536);
  expect(summary).toContain('5000 records: 5000 changed.');
  const listed = [...summary.matchAll(/^- changed/gm)].length;
  expect(summary).toMatch(new RegExp(`\nAnd ${5000 - listed} entries more: see \`sc-sync check\`\\.\n$`));
});
