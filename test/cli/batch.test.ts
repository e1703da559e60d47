import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';

import { Sandbox } from './helpers.js';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
  sandbox.ok(['init']);
});

const lines = (...records: readonly unknown[]): string => records.map((each) => `${JSON.stringify(each)}\n`).join('');

describe('put --batch', () => {
  it('puts a record a line, those of other lines among them', () => {
    sandbox.ok(['put', 'memory', 'mem_1', 'key=a', 'value=one']);
    const input = lines(
      { type: 'session', id: 'sess_1', name: 's' },
      { record: { type: 'context_item', session_id: 'sess_1', key: 'k', value: 'v' } },
      { type: 'memory', id: 'mem_1', value: 'one' },
    );
    expect(sandbox.json(['put', '--batch', '-'], { input: `${input}\n\n` })).toMatchObject({
      results: [
        { line: 1, action: 'created', record: { type: 'session', id: 'sess_1' } },
        { line: 2, action: 'created', record: { type: 'context_item', session_id: 'sess_1' } },
        { line: 3, action: 'unchanged', record: { id: 'mem_1' } },
      ],
    });
    writeFileSync(join(sandbox.project, 'more.jsonl'), lines({ type: 'memory', id: 'mem_1', value: 'two' }));
    expect(sandbox.ok(['put', '--batch', 'more.jsonl'])).toBe('changed memory a\n');
  });

  it('puts all lines or none, and says what is wrong with each', () => {
    const input = [
      '{"type":"memory","key":"good","value":"v"}',
      '{"type":"memory",',
      '{"key":"k"}',
      '{"type":"memries","key":"k","value":"v"}',
      '{"type":"issue","title":"t","priority":9}',
      '{"type":"context_item","session_id":"sess_9","key":"k","value":"v"}',
      '7',
    ].join('\r\n');
    const { code, message, details } = sandbox.error(['put', '--batch', '-'], 4, { input });
    expect([code, message]).toEqual(['bad_input', 'Nothing was put: 6 of 7 lines cannot be taken']);
    expect(details).toEqual(
      [2, 3, 4, 5, 6, 7].map((n) => expect.stringMatching(new RegExp(`^line ${n}: `)) as unknown),
    );
    expect((details as string[])[2]).toContain('did you mean memory');
    expect(sandbox.json(['list', 'memory'])).toEqual({ type: 'memory' });
  });

  it('says so where there is nothing to put, or more words than it takes', () => {
    expect(sandbox.error(['put', '--batch', '-'], 4, { input: '\n' })['message']).toMatch(/there is no line$/);
    expect(sandbox.error(['put', 'issue', '--batch', '-'], 4)['code']).toBe('usage');
    expect(sandbox.error(['put', '--batch', 'none.jsonl'], 8)['code']).toBe('io');
  });
});
