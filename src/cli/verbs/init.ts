import { Argument, Option } from 'commander';

import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

import { makeFolder } from '../../files/directory.js';
import { SyncError } from '../../errors.js';
import { installHooks } from '../../git/hooks.js';
import { findRepositoryToSetUp, pathInRepository, requireRepository } from '../../git/repository.js';
import type { Repository } from '../../git/repository.js';
import { rememberStep, setUpFolder } from '../../git/set-up.js';
import { setUpOtherFiles, setUpStated } from '../../git/set-up-others.js';
import { ignoreDatabase } from '../../git/ignore-database.js';
import { undoSetUp } from '../../git/undo.js';
import { fileExists } from '../../files/file.js';
import { ensureGitignore } from '../../files/gitignore.js';
import { ownFile } from '../../files/managed-lines.js';
import { fileNames } from '../../format/line-key.js';
import { readLines } from '../../files/line-reader.js';
import { lineOptions } from '../../merge/json-options.js';
import { isOneProject } from '../../registry/entity.js';
import type { Registry } from '../../registry/entity.js';
import { SETTINGS_FILE, writeSettings } from '../../files/settings.js';
import type { SyncStore } from '../../store/store.js';
import { bringLostValues } from '../../sync/bring-lost-values.js';
import { bindTarget } from '../../store/knowledge/bind-target.js';
import { ensureProjectRow } from '../../store/project-row.js';
import { findTarget, plannedTarget } from '../../store/knowledge/target.js';
import type { Place } from '../find-place.js';
import type { Session } from '../session.js';
import { EXIT } from '../exit-codes.js';
import { leaveDatabase } from '../leave-database.js';
import { otherProjects } from '../other-projects.js';
import { data, failure, info, next, warning } from '../outcome.js';
import type { Line, Outcome } from '../outcome.js';
import { lineWordOptions, lineWordsOf } from '../line-words.js';
import { isOn } from '../verb.js';
import type { Invocation, Verb } from '../verb.js';

export const verb: Verb = {
  about: [
    'Safe to repeat: what is there is left alone. Names each thing that it did. In a work tree of git it adds what is missing to',
    "the ignore and attributes files of .savecontext, and sets the merge driver up in the clone's configuration.",
  ].join(' '),
  arguments: [new Argument('[pattern]', 'with --driver-only: which files, as in .gitattributes')],
  options: [
    new Option('--hooks', 'also export before each commit, and import after each merge, checkout and rebase'),
    new Option('--create', 'with --project: make that project where the database does not have it'),
    new Option(
      '--undo',
      "take back what init did in this clone's repository, and in the database of another program; rows and files stay",
    ),
    new Option(
      '--driver-only',
      'only the merge driver, for JSONL files of other programs: with --key or --append-only for a pattern, alone as .gitattributes says',
    ),
    ...lineWordOptions(),
  ],
  examples: [
    ['sc-sync init', 'in the folder of a project'],
    ["sc-sync init --driver-only --key id '*.jsonl'", 'lines of other trackers merge by id, field by field'],
    ['sc-sync init --project /old/atlas', 'records of a project that was elsewhere'],
    ['sc-sync init --db memory.db', 'with a database of its own, which is remembered'],
  ],
  run,
};

/** Sets up the database, the export directory and git; every step does only what is missing. `--undo` takes it back. */
function run(invocation: Invocation): Outcome | Promise<Outcome> {
  const { args, options } = invocation;
  const lines = lineOptions(lineWordsOf(options));
  if ((args.length > 0 || lines !== undefined) && !isOn(options, 'driverOnly')) {
    throw new SyncError('usage', 'A pattern and --key need --driver-only', { hint: DRIVER_EXAMPLE });
  }
  if (isOn(options, 'undo')) return undo(invocation);
  return isOn(options, 'driverOnly') ? initDriver(invocation) : init(invocation);
}

function init({ session, options }: Invocation): Outcome {
  const repository = findRepositoryToSetUp(session.resolve('.'));
  const database = session.database.path;
  const isNew = !existsSync(database);
  const store = session.store({ create: true });
  const place = session.place({ create: isOn(options, 'create') });
  // First, since they may be refused.
  const hooks = isOn(options, 'hooks') ? addHooks(requireRepository(session.resolve('.')), session, place) : [];
  const done = [
    ...(isNew ? [`created the database ${database}`] : store.setUp.map((what) => `database: ${what}`)),
    ...prepareFolder(repository, store.registry, place.dir),
    ...bindProject(store, place),
    ...(repository === undefined ? [] : [...(setUpStated(repository) ?? []), ...ignoreDatabase(repository, database)]),
    ...(session.database.remember() ? [`remembered the database ${database} for this folder`] : []),
    ...hooks,
  ];
  const others = otherProjects(session, place);
  return {
    status: EXIT.done,
    json: { database, project: place.projectPath, dir: place.dir, done, ...others.json },
    text: [
      ...done.map(describeDone),
      ...(done.length === 0 ? [info(nothingToDo(session, place))] : []),
      ...(others.text.length > 0 || done.length === 0 ? others.text : [next(session.call('sync'), NEXT)]),
    ],
  };
}

/** A warning is written with `--quiet` too. */
const describeDone = (what: string): Line => (what.startsWith('warning: ') ? warning(what) : info(what));

const NEXT = 'brings the database and the files to the same';

function nothingToDo({ database }: Session, { projectPath }: Place): string {
  return `nothing to do: ${database.path} and ${projectPath} are set up`;
}

function prepareFolder(repository: Repository | undefined, registry: Registry, dir: string): string[] {
  const isNew = makeFolder(dir);
  const done = isNew ? [`created the folder ${dir}`] : [];
  if (repository === undefined) {
    const ignored = ensureGitignore(dir);
    if (ignored !== 'unchanged') done.push(`${ignored} ${basename(dir)}/.gitignore`);
  } else {
    if (isNew) rememberStep(repository, { kind: 'folder', path: dir });
    done.push(...setUpFolder(repository, dir));
  }
  if (!isOneProject(registry) && !fileExists(join(dir, SETTINGS_FILE)) && isOfReference(registry, dir)) {
    writeSettings(dir, { paths: 'absolute' });
    if (repository !== undefined) rememberStep(repository, ownFile(join(dir, SETTINGS_FILE)));
    done.push(
      `created ${basename(dir)}/${SETTINGS_FILE} with "paths": "absolute", since the SaveContext command line wrote the files ("portable" adds labels and dependencies)`,
    );
  }
  return done;
}

function addHooks(repository: Repository, session: Session, { dir }: Place): string[] {
  const folder = pathInRepository(repository, dir);
  const options = ['--db', resolve(session.database.path)];
  return installHooks(repository, folder, options).map((hook) => {
    rememberStep(repository, hook);
    return `installed the hook ${hook.path}${hook.before === null ? '' : ', which calls the one that was there'}`;
  });
}

const DRIVER_EXAMPLE = "for example: sc-sync init --driver-only --key id '*.jsonl'";

/** Sets up the merge driver for files of other programs, and nothing else. */
function initDriver({ session, args, options }: Invocation): Outcome {
  const [pattern] = args;
  const words = lineWordsOf(options);
  const folder = session.resolve('.');
  const isGiven = lineOptions(words) !== undefined;
  const stated = isGiven || pattern !== undefined ? undefined : setUpStated(requireRepository(folder));
  if (stated !== undefined) return outcomeOfDriver(stated, {}, ALL_SET_UP);
  if (!isGiven || pattern === undefined) {
    throw new SyncError('usage', '--driver-only needs --key <name> or --append-only, and a pattern of files', {
      hint: DRIVER_EXAMPLE,
    });
  }
  const done = setUpOtherFiles(requireRepository(folder), folder, pattern, words);
  return outcomeOfDriver(done, { pattern, ...words }, `nothing to do: ${pattern} merges so in this clone already`);
}

const ALL_SET_UP = 'nothing to do: this clone has each merge driver that its git attributes name';

function outcomeOfDriver(done: readonly string[], asked: object, nothing: string): Outcome {
  return {
    status: EXIT.done,
    json: { ...asked, done },
    text: (done.length === 0 ? [nothing] : done).map(describeDone),
  };
}

/** How it is said what became of a step that was to be taken back. */
const UNDONE = { done: info, left: warning, failed: failure } as const;

/** Takes back what `init` did in the database of another program, and in the repository. */
async function undo({ session }: Invocation): Promise<Outcome> {
  const left = await leaveDatabase(session);
  if (left === undefined) {
    return { status: EXIT.attention, json: { undone: [] }, text: [data('nothing was taken back')] };
  }
  const folder = session.resolve('.');
  const repository = left.length === 0 ? requireRepository(folder) : findRepositoryToSetUp(folder);
  const undone = [...left, ...(repository === undefined ? [] : undoSetUp(repository))];
  const forgotten = session.database.forget();
  if (forgotten !== undefined) undone.push({ says: `forgot the database ${forgotten} of this folder`, came: 'done' });
  const isAll = undone.every(({ came }) => came !== 'failed');
  const stays = left.length === 0 ? 'the database and the data files stay' : 'the rows and the data files stay';
  return {
    status: isAll ? EXIT.done : EXIT.attention,
    json: { undone: undone.map(({ says }) => says) },
    text: [
      ...(undone.length === 0 ? [info('nothing to take back: init did nothing in this clone')] : []),
      ...undone.map(({ says, came }) => UNDONE[came](says)),
      ...(undone.length === 0 ? [] : [info(`${stays} as they are`)]),
    ],
  };
}

/** Lines of the reference program have no `v`; one line with it says that a team uses this program already. */
function isOfReference(registry: Registry, dir: string): boolean {
  let isFound = false;
  for (const name of fileNames(registry)) {
    const path = join(dir, name);
    if (name === registry.deletionsFile || !fileExists(path)) continue;
    for (const { text } of readLines(path)) {
      // Inside of a string a quote is escaped, so this is a member's name.
      if (/[{,]\s*"v"\s*:/.test(text)) return false;
      isFound ||= text.startsWith('{');
    }
  }
  return isFound;
}

/** The project has a row, by which other programs find it, and the folder is bound to it. */
function bindProject(store: SyncStore, { dir, projectPath }: Place): string[] {
  const isNew = ensureProjectRow(store.sql, store.registry, projectPath, Date.now());
  const done = isNew ? [`added the project ${projectPath} to the database`] : [];
  const project = store.projectAt(projectPath);
  if (findTarget(store.sql, dir)?.project === project) return done;
  bringLostValues(store.sql, { dir, project });
  bindTarget(store.sql, plannedTarget(store.sql, dir, project));
  return [...done, `bound ${dir} to ${project === projectPath ? `the project ${projectPath}` : 'the database'}`];
}
