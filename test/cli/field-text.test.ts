import { describe, expect, it } from 'vitest';

import { valueText } from '../../src/cli/field-text.js';
import { dateText, longAge, shortAge } from '../../src/cli/time-text.js';
import { savecontext } from '../../src/savecontext/registry.js';
import { requireEntity } from '../../src/registry/entity.js';

const issue = requireEntity(savecontext, 'issue');
const text = (name: string, token: string): string => {
  const field = issue.synced[issue.indexOf.get(name) ?? -1];
  if (field === undefined) throw new Error(name);
  return valueText(issue, field, token, Date.parse('2026-01-31T12:00:00Z'));
};

describe('a value for people', () => {
  it.each(['created_at', 'updated_at', 'closed_at', 'assigned_at', 'deferred_at'])('is a date in %s', (name) => {
    expect(text(name, String(Date.parse('2026-01-28T11:00:00Z')))).toMatch(/^2026-01-2\d \d\d:\d\d \(3 days ago\)$/);
  });

  it('has no quotes, and a set has words', () => {
    expect(text('title', '"a \\"b\\""')).toBe('a "b"');
    expect(text('priority', '2')).toBe('2');
    expect(text('labels', '["bug","ui"]')).toBe('bug, ui');
    const dependency = '[{"depends_on_id":"issue_2","dependency_type":"blocks","created_at":5}]';
    expect(text('dependencies', dependency)).toBe('issue_2 (blocks)');
    expect(text('details', 'null')).toBe('');
  });

  it('is a number where it is no date', () => {
    expect(dateText(9.3e15)).toBe('9300000000000000 ms');
  });
});

it.each([
  [0, 'now', 'just now'],
  [-5000, 'now', 'just now'],
  [60_000, '1m', '1 minute ago'],
  [7_200_000, '2h', '2 hours ago'],
  [86_400_000 * 45, '1mo', '1 month ago'],
  [86_400_000 * 800, '2y', '2 years ago'],
])('an age of %d ms', (age, short, long) => {
  expect([shortAge(1e15, 1e15 + age), longAge(1e15, 1e15 + age)]).toEqual([short, long]);
});
