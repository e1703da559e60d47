import { expect, it } from 'vitest';

import { readMessages } from './messages.js';

const messages = readMessages();

/** The longest message, in words: what is longer has two things to say. */
const MOST_WORDS = 32;

it('every text that somebody may read is in a list, so that a new or changed one is read in a review', async () => {
  const files = [...new Set(messages.map(({ file }) => file))];
  const list = files.map((file) => {
    const lines = messages.filter((message) => message.file === file).map(({ text }) => `${JSON.stringify(text)}\n`);
    return `${file}\n${lines.join('')}`;
  });
  await expect(list.join('\n')).toMatchFileSnapshot('messages.txt');
});

it('a message of an error begins with a capital letter or a name, and a hint with neither; no full stop ends them', () => {
  const wrong = messages.filter(({ role, text }) => {
    if (role === 'other') return false;
    const isStart = role === 'message' ? /^([A-Z{"-]|\w+_)/.test(text) : /^[^A-Z]/.test(text);
    return !isStart || /[^.]\.$/.test(text) || text.split(/\s+/).length > MOST_WORDS;
  });
  expect(wrong).toEqual([]);
});

it('no text says what was expected and found where it can say what must be', () => {
  const isOld = /\bthis is no\b|\bexpected\b|, found |\bfound none\b/i;
  expect(messages.filter(({ text }) => isOld.test(text))).toEqual([]);
});
