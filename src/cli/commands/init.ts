import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { EXPORT_FOLDER, makeFolder } from '../../directory.js';
import { fileExists } from '../../jsonl/file.js';
import { ensureGitignore } from '../../jsonl/ignore-file.js';
import { fileNames } from '../../jsonl/line-key.js';
import { readLines } from '../../jsonl/line-reader.js';
import type { Registry } from '../../registry/entity.js';
import { SETTINGS_FILE, writeSettings } from '../../settings.js';
import type { Store } from '../../store/store.js';
import { bindTarget, findTarget } from '../../store/target.js';
import type { Context, Place } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { info } from '../outcome.js';
import type { Command } from '../command.js';

/** Sets up the database and the export directory; every step does only what is missing. */
export const run: Command = ({ context, options }) => {
  const database = context.databasePath;
  const isNew = !existsSync(database);
  const store = context.store({ create: true });
  const place = context.place();
  const done = [
    ...(isNew ? [`created the database ${database}`] : store.setUp.map((what) => `database: ${what}`)),
    ...prepareFolder(store.registry, place.dir),
    ...(typeof options['project'] === 'string' ? bindProject(store, place) : []),
  ];
  return {
    status: EXIT.done,
    json: { database, project: place.projectPath, dir: place.dir, done },
    text: [...done.map((what) => info(what)), ...(done.length === 0 ? [info(nothingToDo(context, place))] : [])],
  };
};

function nothingToDo({ databasePath }: Context, { projectPath }: Place): string {
  return `nothing to do: ${databasePath} and ${projectPath} are set up`;
}

function prepareFolder(registry: Registry, dir: string): string[] {
  const done = makeFolder(dir) ? [`created the folder ${dir}`] : [];
  const ignored = ensureGitignore(dir);
  if (ignored !== 'unchanged') done.push(`${ignored} ${EXPORT_FOLDER}/.gitignore`);
  if (!fileExists(join(dir, SETTINGS_FILE)) && isOfReference(registry, dir)) {
    writeSettings(dir, { paths: 'absolute' });
    done.push(
      `created ${EXPORT_FOLDER}/${SETTINGS_FILE} with paths: absolute, since the files were written by the SaveContext command line`,
    );
  }
  return done;
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

/** A project that was named is remembered for the folder, so that it need not be named again. */
function bindProject(store: Store, { dir, projectPath }: Place): string[] {
  if (findTarget(store.sql, dir)?.project === projectPath) return [];
  bindTarget(store.sql, dir, projectPath);
  return [`bound ${dir} to the project ${projectPath}`];
}
