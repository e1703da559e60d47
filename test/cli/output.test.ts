import { spawnSync } from 'node:child_process';
import { PassThrough, Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';

import { cleanJson, cleanText } from '../../src/cli/clean.js';
import { makeReport } from '../../src/cli/failed-by.js';
import { ExactJson, jsonText } from '../../src/cli/json-text.js';
import { outcomeJson } from '../../src/cli/outcome-json.js';
import { data, failure, grid, info, warning } from '../../src/cli/outcome.js';
import type { Outcome } from '../../src/cli/outcome.js';
import { Output, settingsOf } from '../../src/cli/output.js';
import { makeProgressBar } from '../../src/cli/progress.js';
import { ERROR_EXIT_STATUS } from '../../src/errors.js';
import type { SyncErrorCode } from '../../src/errors.js';
import { MAIN } from './built-command.js';
import { ATLAS, Sandbox, recordIn } from './helpers.js';

/** Everything that could move a cursor, change a colour or turn text round. */
const NASTY = 'a\u0000b\u0007c\u001b[31md\u007fe\u009b2Jf\u202eg\u2066h\u0085i\u2028j\tk\r\nl';
const NOT_CLEAN = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

class FakeStream {
  text = '';
  readonly isTTY: boolean;
  constructor(isTTY: boolean) {
    this.isTTY = isTTY;
  }
  write(text: string): void {
    this.text += text;
  }
}

async function written(
  outcome: Partial<Outcome>,
  argv: readonly string[] = [],
  { isTTY = false, env = {}, notes = [] as string[] } = {},
): Promise<{ out: string; err: string }> {
  const [out, err] = [new FakeStream(isTTY), new FakeStream(isTTY)];
  const output = new Output(settingsOf(argv, env), out, err);
  await output.outcome({ status: 0, json: {}, text: [], ...outcome }, notes);
  return { out: out.text, err: err.text };
}

describe('control characters', () => {
  it('leave text as one line of plain characters', () => {
    expect(cleanText(NASTY)).toBe('abc[31mde2Jfgh i j k l');
    expect(cleanText('café 日本語 🎉 שלום')).toBe('café 日本語 🎉 שלום');
  });

  it('are escaped in JSON, which says the same', () => {
    const json = cleanJson(JSON.stringify({ NASTY }));
    expect(json).not.toMatch(NOT_CLEAN);
    expect(JSON.parse(json)).toEqual({ NASTY });
  });

  it('never come through lines, tables, notes and errors', async () => {
    const text = [data(NASTY), warning(NASTY), failure(NASTY), grid([NASTY], [[NASTY]])];
    const error = { code: 'usage', message: NASTY, details: [`${NASTY}!`], hint: NASTY, retryable: false };
    const { out, err } = await written({ text, error }, [], { notes: [NASTY] });
    expect(out + err).not.toMatch(NOT_CLEAN);
    expect(out.trimEnd().split('\n')).toHaveLength(5);
  });

  it('in a record are exact with --json, and harmless in text', () => {
    const sandbox = new Sandbox();
    sandbox.ok(['init']);
    const title = NASTY.replace('\u0000', '');
    const id = recordIn(sandbox.json(['put', 'issue', `title=${title}`]))['id'] as string;
    expect(recordIn(sandbox.json(['get', 'issue', id]))['title']).toBe(title);
    for (const args of [
      ['get', 'issue', id],
      ['list', 'issue'],
      ['put', 'issue', id, 'priority=1'],
      ['rm', 'issue', id],
    ]) {
      expect(sandbox.ok(args), args[0]).not.toMatch(NOT_CLEAN);
    }
    const { stderr } = sandbox.run(['get', 'issue', title]);
    expect(stderr).toContain('There is no issue');
    expect(stderr).not.toMatch(NOT_CLEAN);
  });
});

describe('colours', () => {
  const text = [warning('careful')];

  it('are on a terminal only', async () => {
    expect((await written({ text }, [], { isTTY: true })).out).toBe('\u001b[33mcareful\u001b[39m\n');
    expect((await written({ text })).out).toBe('careful\n');
  });

  it.each([
    ['NO_COLOR', [], { NO_COLOR: '1' }],
    ['--no-color', ['--no-color'], {}],
    ['TERM=dumb', [], { TERM: 'dumb' }],
  ])('are off with %s', async (_, argv, env) => {
    expect((await written({ text }, argv, { isTTY: true, env })).out).toBe('careful\n');
  });

  it('stay with an empty NO_COLOR, as its definition says', async () => {
    expect((await written({ text }, [], { isTTY: true, env: { NO_COLOR: '' } })).out).toContain('\u001b[33m');
  });
});

describe('levels', () => {
  const text = [data('asked'), info('done'), { ...info('more'), level: 'detail' as const }];

  it.each([
    ['by default', [], 'asked\ndone\n'],
    ['--quiet', ['--quiet'], 'asked\n'],
    ['--verbose', ['--verbose'], 'asked\ndone\nmore\n'],
  ])('%s', async (_, argv, expected) => {
    expect((await written({ text }, argv)).out).toBe(expected);
  });

  it('are not read behind --', () => {
    expect(settingsOf(['put', '--', '--json'], {}).json).toBe(false);
  });
});

describe('JSON', () => {
  it('keeps integers of 64 bits and exact tokens', () => {
    expect(jsonText({ a: 9223372036854775807n, b: new ExactJson('4.0'), c: [undefined, null], d: undefined })).toBe(
      '{"a":9223372036854775807,"b":4.0,"c":[null,null]}',
    );
  });

  it('is one object with notes and an error in it', async () => {
    const error = { code: 'refused', message: 'm', details: [], hint: null, retryable: false };
    const { out, err } = await written({ json: { a: 1 }, text: [data('x')], error }, ['--json'], { notes: ['n'] });
    expect(JSON.parse(out)).toEqual({ a: 1, notes: ['n'], error });
    expect(err).toBe('');
  });
});

describe('an object for programs', () => {
  it('has no member that says nothing, and keeps what is exact', async () => {
    const json = {
      a: 0,
      b: [],
      c: {},
      d: null,
      e: { f: { g: 0n } },
      h: false,
      i: [0, {}, { j: 0 }],
      k: '',
      l: new ExactJson('[]'),
    };
    const { out } = await written({ json }, ['--json']);
    expect(JSON.parse(out)).toEqual({ h: false, i: [0, {}, {}], k: '', l: [] });
  });

  it('has errors with all of their members, and says which pass by themselves', () => {
    const report = { message: '', details: [], hint: null, stack: undefined };
    const codes = Object.keys(ERROR_EXIT_STATUS) as SyncErrorCode[];
    const passing = codes.filter((code) => makeReport({ ...report, code }).retryable);
    expect(passing).toEqual(['busy']);
    expect(outcomeJson({ json: {}, error: makeReport({ ...report, code: 'io' }) })).toBe(
      '{"error":{"code":"io","message":"","details":[],"hint":null,"retryable":false}}',
    );
  });
});

describe('a reader that goes away', () => {
  it.skipIf(process.platform === 'win32')('is no failure', () => {
    const sandbox = Sandbox.withFixture('full/before.db');
    sandbox.ok(['init', '--project', ATLAS]);
    const list = `"${process.execPath}" "${MAIN}" list plan --json`;
    const script = `for i in 1 2 3; do { ${list}; echo "status $?" >&2; } | head -c 1; done`;
    const { stderr } = spawnSync('sh', ['-c', script], {
      cwd: sandbox.project,
      encoding: 'utf8',
      env: { ...process.env, SC_DB: sandbox.db },
    });
    expect(stderr).toBe('status 0\n'.repeat(3));
  });
});

describe('at a terminal', () => {
  it.each([
    ['y\n', true],
    ['YES\n', true],
    ['n\n', false],
    ['\n', false],
    ['', false],
  ])('the answer %j is %s', async (answer, expected) => {
    const err = new FakeStream(true);
    const output = new Output(settingsOf(['--no-color'], {}), new FakeStream(true), err);
    expect(await output.confirm([data(`with it: ${NASTY}`)], 'Delete?', Readable.from([answer]))).toBe(expected);
    expect(err.text).toMatch(/^with it: .*\nDelete\? \[y\/N\] $/);
    expect(err.text).not.toMatch(NOT_CLEAN);
  });

  it('a bar shows long work only, and goes away', async () => {
    const draw = async (since: number): Promise<string> => {
      const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
      const bar = await makeProgressBar(stream as unknown as NodeJS.WriteStream, since);
      bar.onProgress({ phase: 'import', done: 1000, total: 4000 });
      bar.onProgress({ phase: 'export', done: 2000, total: 4000 });
      bar.stop();
      return String(stream.read() ?? '');
    };
    expect(await draw(performance.now() + 60_000)).toBe('');
    const drawn = await draw(performance.now() - 60_000);
    expect(drawn).toContain('import [');
    expect(drawn).toContain('2000/4000');
    expect(drawn).not.toContain('\n');
  });
});
