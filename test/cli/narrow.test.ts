import { execFileSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { dirname, join } from 'node:path';
import stringWidth from 'string-width';
import { expect, it } from 'vitest';

import { Output, settingsOf } from '../../src/cli/output.js';
import type * as program from '../../src/cli/program.js';
import type * as session from '../../src/cli/session.js';
import { MAIN } from './built-command.js';
import { ATLAS, Sandbox, edit } from './helpers.js';

/** The guard starts a worker, which only what is built has. */
const built = async <T>(name: string): Promise<T> => (await import(join(dirname(MAIN), '../cli', name))) as T;
const { makeProgram } = await built<typeof program>('program.js');
const { Session } = await built<typeof session>('session.js');

const IGNORED = (): void => undefined;

/** The lines that a call writes to a terminal of so many columns. */
async function linesOf(sandbox: Sandbox, columns: number, args: readonly string[]): Promise<string[]> {
  let asked: program.Call | undefined;
  const pages = { width: columns, onHelp: IGNORED, onMisuse: IGNORED };
  const parser = makeProgram('0', pages, (call) => Promise.resolve(void (asked = call)));
  await parser.parseAsync([...args], { from: 'user' });
  if (asked === undefined) throw new Error(`no verb: ${args.join(' ')}`);
  const { verb, args: words, options } = asked;
  const directory = sandbox.project;
  const session = new Session({ ...options, directory }, {}, { SC_DB: sandbox.db, SC_ACTOR: 'tester' });
  let written = '';
  const stream = { isTTY: true, columns, write: (text: string) => (written += text) };
  try {
    const outcome = await verb.run({ session, args: words, options, input: () => Promise.resolve(new Uint8Array()) });
    await new Output(settingsOf(['--verbose', '--no-color'], {}), stream, stream).outcome(outcome, session.notes);
  } finally {
    session.close();
  }
  return written.trimEnd().split('\n');
}

/** A project with records of every type, commits, values that lost, and changes on both sides. */
function busyProject(): Sandbox {
  const sandbox = Sandbox.withFixture('full/before.db');
  const git = (...args: string[]): void => {
    const words = ['-c', 'user.name=A Name That Is Rather Long', '-c', 'user.email=t@example.org', ...args];
    execFileSync('git', words, { cwd: sandbox.project, stdio: 'pipe' });
  };
  git('init', '--quiet');
  sandbox.ok(['init', '--project', ATLAS]);
  sandbox.ok(['put', 'memory', 'mem_1', 'key=a', 'value=one two three four five six seven eight nine ten eleven']);
  expect(sandbox.run(['sync']).status).toBe(0);
  git('add', '-A');
  git('commit', '--quiet', '-m', 'first');
  for (const side of ['sixteen', 'seventeen']) {
    edit(
      join(sandbox.dir, 'memories.jsonl'),
      /"(one|six)[a-z ]* eleven"/,
      `"${side} words that are other ones, eleven"`,
    );
    sandbox.ok(['put', 'memory', 'mem_1', `value=mine, and so many words that no narrow terminal has room, ${side}`]);
    if (side === 'sixteen') expect(sandbox.run(['sync']).status).toBe(0);
  }
  return sandbox;
}

it('no verb writes a line that is wider than a narrow terminal, but for paths and commands to copy', async () => {
  const sandbox = busyProject();
  const empty = new Sandbox();
  cpSync(sandbox.db, empty.db);
  const types = ['session', 'issue', 'context_item', 'memory', 'plan', 'checkpoint', 'time_entry'];
  const calls: [Sandbox, ...string[]][] = [
    [sandbox, 'status'],
    ...types.map((type): [Sandbox, ...string[]] => [sandbox, 'list', type]),
    [sandbox, 'conflicts'],
    [sandbox, 'conflicts', 'show', '1'],
    [sandbox, 'get', 'mem_1'],
    [sandbox, 'diff'],
    [sandbox, 'log', 'mem_1'],
    [sandbox, 'sync', '--dry-run'],
    [sandbox, 'sync'],
    [sandbox, 'init'],
    [empty, 'status'],
    [empty, 'init'],
    [empty, 'sync'],
  ];
  for (const [project, ...args] of calls) {
    for (const columns of [60, 40]) {
      const lines = await linesOf(project, columns, args);
      const wide = lines.filter((line) => stringWidth(line) > columns);
      const withSpaces = wide.filter((line) => !/^ *(next: )?(\S+|sc-sync .*)$/.test(line));
      expect(withSpaces, `${args.join(' ')} at ${columns}`).toEqual([]);
    }
  }
});
