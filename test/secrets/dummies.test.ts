import { describe, expect, it } from 'vitest';

import { isDummy } from '../../src/secrets/dummies.js';

describe('what looks like a secret and is none', () => {
  it.each([
    'postgres://postgres:postgres@localhost:5432/test',
    'mysql://app:app@127.0.0.1/app',
    'https://user:pass@example.com/repo.git',
    'amqp://guest:guest@rabbit:5672',
    'mongodb+srv://<user>:<password>@cluster0',
    'postgres://app:${DB_PASSWORD}@db.corp.net/app',
    'https://user:******@host.org',
    `ghp_${'x'.repeat(36)}`,
    `xoxb-${'0'.repeat(12)}-${'x'.repeat(24)}`,
    'AKIAQQQQEXAMPLEQQQQQ',
  ])('is a dummy: %s', (text) => {
    expect(isDummy(text)).toBe(true);
  });

  it.each([
    ['a password of its own, wherever', 'https://user:hunter2secretpw@example.com'],
    ['a common password of a real host', 'postgres://postgres:postgres@db.corp.net/app'],
    ['a password that only begins like a placeholder', 'postgres://app:%40summer24@db.corp.net/app'],
    ['an address that cannot be taken apart', 'postgres://app:a/b@example.com/app'],
    ['a token of few different parts', `ghp_${'a1B2'.repeat(9)}`],
    ['a token of which one part says nothing', `xoxb-${'0'.repeat(12)}-${'a1B2c3D4'.repeat(3)}`],
    ['a long text with such a word in it', `-----BEGIN KEY-----${'Ab1'.repeat(90)}Example${'Ab1'.repeat(90)}`],
  ])('is no dummy: %s', (_, text) => {
    expect(isDummy(text)).toBe(false);
  });
});
