import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { readMessages } from '../messages.js';
import type { Message } from '../messages.js';
import { readPage, root } from '../page-examples.js';

/** Files whose other texts are problems too: details of an error, or lines of `status`. */
const PROBLEMS =
  /^(?:cli\/git-state|files\/(?:io-error|parse-lost-value|settings)|format\/parse|merge\/(?:json-(?:file|line)|markers)|record\/(?:field-token|json|limits)|registry\/check-file|store\/(?:check-fit|sqlite-error|store)|sync\/(?:accepted-settings|import\/[\w-]+))\.ts$/;

/** A text has words of its own, and not only values. */
function hasWords({ text }: Message): boolean {
  return (
    !text.includes('scsync_') &&
    text
      .replaceAll('{...}', '')
      .split(/[^A-Za-z]+/)
      .filter((word) => word.length > 2).length > 2
  );
}

/** What a message looks like, whatever its values are. */
function patternOf({ text }: Message): RegExp {
  const parts = text
    .trim()
    .split(/(?:\{\.\.\.\})+/)
    .map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`));
  return new RegExp(parts.join('.{1,60}?').replaceAll(/^\.\{1,60\}\?|\.\{1,60\}\?$/g, ''));
}

it('a search for the words of a message or of a problem finds its page', () => {
  const pages = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((page) => page.endsWith('.md') && !page.startsWith('decisions'))
    .map((page) => readPage(`docs/${page}`).replaceAll(/\s+/g, ' '));
  const messages = readMessages().filter(
    (message) =>
      hasWords(message) && (message.role === 'message' || (message.role === 'other' && PROBLEMS.test(message.file))),
  );
  const missing = messages.filter((message) => !pages.some((page) => patternOf(message).test(page)));
  expect(missing.map(({ file, text }) => `${file}: ${text}`)).toEqual([]);
});
