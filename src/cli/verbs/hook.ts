import { Argument } from 'commander';

import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

import { workTreeOf } from '../../files/directory.js';
import { namesIn } from '../../files/file.js';
import { addFolder } from '../../git/commit-folder.js';
import { HOOKS } from '../../git/hooks.js';
import { programPath } from '../../git/program-path.js';
import { requireRepository } from '../../git/repository.js';
import { SyncError } from '../../errors.js';
import type { Session } from '../session.js';
import { EXIT } from '../exit-codes.js';
import { reportOfAny } from '../failed-by.js';
import { warning } from '../outcome.js';
import type { Outcome } from '../outcome.js';
import type { Invocation, Verb } from '../verb.js';

/** A commit waits for a hook no longer than both, in milliseconds: first for others, then for a second process. Starts come on top. */
const PATIENCE_HERE = 200;
const PATIENCE = 600;

export const verb: Verb = {
  about: 'Never fails, and waits for its work less than a second: what takes longer goes on in the background.',
  arguments: [new Argument('<name>', 'the name of the hook')],
  patience: PATIENCE_HERE,
  examples: [['sc-sync hook pre-commit', 'exports, and adds the data folder to the commit']],
  run,
};

/** What the hooks do. */
const LOADS = { export: () => import('./export.js'), import: () => import('./import.js') } as const;

/** Does what a hook is for: here where that is quick, else in a process of its own that may outlive it. */
async function run({ session, args: [name = ''], options }: Invocation): Promise<Outcome> {
  const verb = Object.entries(HOOKS).find(([known]) => known === name)?.[1];
  if (verb === undefined) {
    throw new SyncError('usage', `There is no hook ${name}`, {
      hint: `the hooks are ${Object.keys(HOOKS).join(', ')}`,
    });
  }
  const project = typeof options['project'] === 'string' ? ['--project', options['project']] : [];
  const words = ['-C', session.resolve('.'), '--db', resolve(session.database.path), ...project, verb, '--quiet'];
  const here = isSmall(session) ? await runHere(session, verb) : undefined;
  const ended = here ?? (await runFor(PATIENCE, [programPath('sc-sync'), ...words]));
  if (ended === undefined) return says([`${verb} takes longer and goes on in the background`]);
  if (ended.status !== 0) return says(wentWrong(ended).map((line) => `${verb}: ${line}`));
  if (name === 'pre-commit') addToCommit(session);
  return says([]);
}

/** So many bytes of database and files together are exported or imported in less than {@link PATIENCE}, whatever changed. */
const SMALL = 4 * 1024 * 1024;

function isSmall(session: Session): boolean {
  const { path } = session.database;
  const dir = session.folder();
  const paths = [path, `${path}-wal`, ...namesIn(dir).map((name) => join(dir, name))];
  const sizes = paths.map((each) => statSync(each, { throwIfNoEntry: false })?.size ?? 0);
  return sizes.reduce((sum, size) => sum + size, 0) <= SMALL;
}

/** Does the work in this process; undefined where somebody holds the database or the folder. */
async function runHere(session: Session, name: keyof typeof LOADS): Promise<Ended | undefined> {
  try {
    const { verb } = await LOADS[name]();
    const { status, text, error } = await verb.run({ session, args: [], options: {}, input: noInput });
    const named = [...text].flatMap((block) => (block.kind === 'line' && block.level === 'data' ? [block.text] : []));
    return { status, stdout: named.join('\n'), stderr: error?.message ?? '' };
  } catch (error) {
    const { code, message } = reportOfAny(error);
    return code === 'busy' ? undefined : { status: EXIT.attention, stdout: '', stderr: message };
  } finally {
    // Nobody who commits has asked how the folder is understood.
    session.notes.length = 0;
  }
}

const noInput = (): Promise<Buffer> => Promise.resolve(Buffer.alloc(0));

/** Why nothing was done, or else each record that needs somebody. */
function wentWrong({ stdout, stderr }: Ended): string[] {
  const [reason] = stderr.split('\n');
  return reason === undefined || reason === '' ? stdout.trimEnd().split('\n') : [reason];
}

function says(lines: readonly string[]): Outcome {
  return {
    status: EXIT.done,
    json: { text: lines.length === 0 ? null : lines.join('\n') },
    text: lines.map((line) => warning(`sc-sync: ${line}`)),
  };
}

/** What a process gave that has ended. */
interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs Node; undefined when it has not ended in time. */
async function runFor(patience: number, args: readonly string[]): Promise<Ended | undefined> {
  const child = spawn(process.execPath, args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => (said[name] += text));
  }
  return new Promise((done) => {
    const timer = setTimeout(() => {
      child.unref();
      child.stdout.destroy();
      child.stderr.destroy();
      done(undefined);
    }, patience);
    child.on('close', (status) => {
      clearTimeout(timer);
      done({ status: status ?? 1, ...said });
    });
  });
}

/**
 * Adds the data folder to the commit that is being made. A commit of named paths alone has an index of its own, which is thrown
 * away: there nothing is added.
 */
function addToCommit(session: Session): void {
  const index = process.env['GIT_INDEX_FILE'];
  if (index !== undefined && !['index', 'index.lock'].includes(basename(index))) return;
  const repository = requireRepository(session.resolve('.'));
  // Git starts a hook in the work tree of the commit; a link that somebody committed could lead to another one.
  if (repository.root !== workTreeOf('.')) return;
  const env = index === undefined ? {} : { GIT_INDEX_FILE: resolve(index) };
  addFolder(repository, session.registry, session.folder(), env);
}
