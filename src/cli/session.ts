import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

import { exportDirectory, projectExportDir, resolvePath } from '../files/directory.js';
import { namedLines } from '../files/named-lines.js';
import type { NamedRecord } from '../record/names.js';
import { Records } from '../sync/records.js';
import { RecordNames } from '../sync/record-names.js';
import { SyncError } from '../errors.js';
import type { Guard } from '../sync/export/guard.js';
import { requireCheckedOut } from '../git/checked-out.js';
import { gitHistory } from '../git/history.js';
import { requireMerged } from '../git/unmerged.js';
import { findProject } from '../sync/project.js';
import { secretGuard } from '../secrets/secret-guard.js';
import { Store } from '../savecontext/store.js';
import type { SyncOptions } from '../sync/sync.js';
import { findActor } from './actor.js';
import { atHome, findFolders } from './folders.js';
import type { Folders } from './folders.js';
import type { Confirm } from './outcome.js';
import type { ProgressBar } from './progress.js';

/** What a session is started with: the options that hold for all that a verb does, as they were given. */
export interface SessionOptions {
  readonly directory?: string;
  readonly db?: string;
  readonly project?: string;
  readonly allowSecret?: readonly string[];
  /** Whether nothing is to be changed. */
  readonly looks?: boolean;
  /** Whether a program reads what the verb gives, and nobody its text. */
  readonly json?: boolean;
}

/** What there is only where somebody looks on. */
export interface Terminal {
  readonly bar?: ProgressBar | undefined;
  readonly confirm?: Confirm | undefined;
}

/** A project in the database, and the export directory of its files. */
export interface Place {
  /** The path that the project's rows have, symbolic links resolved. */
  readonly projectPath: string;
  readonly dir: string;
}

/**
 * What a verb works with: the database, the project, the actor, each found when it is asked for. Who runs a verb makes one, of options that
 * change no more, and closes it.
 */
export class Session {
  /** How the call was understood, where that is not plain. */
  readonly notes: string[] = [];
  readonly #options: SessionOptions;
  readonly #env: NodeJS.ProcessEnv;
  readonly #base: string;
  readonly #bar: ProgressBar | undefined;
  /** Undefined where nobody can be asked. */
  readonly confirm: Confirm | undefined;
  #store: Store | undefined;
  #place: Place | undefined;

  constructor(options: SessionOptions, terminal: Terminal = {}, env: NodeJS.ProcessEnv = process.env) {
    this.#options = Object.freeze({ ...options });
    this.#env = env;
    this.#bar = terminal.bar;
    this.confirm = terminal.confirm;
    this.#base = resolvePath(resolve(atHome(options.directory ?? '.')));
    if (statSync(this.#base, { throwIfNoEntry: false })?.isDirectory() !== true) {
      throw new SyncError('usage', `-C ${options.directory ?? ''}: there is no such folder`, {
        hint: 'check the path',
      });
    }
    Object.freeze(this);
  }

  /** A path as the user means it: relative to `-C`, or to the home folder where it begins with `~/`. */
  resolve(path: string): string {
    return resolve(this.#base, atHome(path));
  }

  /** Whether a program reads what the verb gives. */
  get isJson(): boolean {
    return this.#options.json === true;
  }

  /** The path of the database: `--db`, `SC_DB`, `SAVECONTEXT_DB`, else the default one. */
  get databasePath(): string {
    if (this.#options.db === '') throw new SyncError('usage', '--db: expected a path, found nothing');
    const named = [this.#options.db, this.#env['SC_DB'], this.#env['SAVECONTEXT_DB']].find(isFilled);
    return named === undefined ? join(homedir(), '.savecontext', 'data', 'savecontext.db') : this.resolve(named);
  }

  /** The database, opened once. `create` makes or completes it. */
  store(options: { readonly create?: boolean } = {}): Store {
    const open = (): Store =>
      this.#options.looks === true ? Store.look(this.databasePath) : Store.open(this.databasePath, options);
    return (this.#store ??= open());
  }

  /** The export directory alone; no database is opened for it. */
  folder(): string {
    return exportDirectory(projectExportDir(findFolders(this.#base).folder));
  }

  /** The project and its export directory. What is taken that the folder does not say goes into the notes. */
  place(): Place {
    return (this.#place ??= this.#findPlace());
  }

  #findPlace(): Place {
    const folders = findFolders(this.#base);
    const dir = exportDirectory(projectExportDir(folders.folder));
    const { project } = this.#options;
    if (project === '') throw new SyncError('usage', '--project: expected a path, found nothing');
    const path =
      project === undefined ? this.#projectOf(dir, folders) : isAbsolute(project) ? project : this.resolve(project);
    return { projectPath: resolvePath(path), dir };
  }

  /** A linked work tree has the project of its main work tree, unless it was used with another one before. */
  #projectOf(dir: string, { main }: Folders): string {
    const store = this.store();
    const found = findProject(store, dir);
    if (found.by === 'records') {
      this.notes.push(
        `the records in ${dir} belong to the project ${found.project} in this database, so that one is taken`,
      );
      return found.project;
    }
    if (found.by === 'bound' || main === undefined) return found.project;
    const { project } = findProject(store, projectExportDir(main));
    this.notes.push(`this is a linked work tree of git: the project of its main work tree is taken, ${project}`);
    return project;
  }

  /** The records of the project. */
  records(): Records {
    return new Records(this.store(), this.place().projectPath);
  }

  /** The records of the project by what people call them. */
  names(): RecordNames {
    return new RecordNames(this.store(), this.place().projectPath);
  }

  /** Records that only files have a line of: what is deleted here, and what was never imported. */
  namesInFiles(): Iterable<NamedRecord> {
    return namedLines(this.store().registry, this.place().dir);
  }

  /** Looks for secrets in what is to leave the database. */
  get guard(): Guard {
    // A commit may have records that nothing else has any more.
    const idOf = (name: string): string => this.names().find(name, { beside: () => this.namesInFiles() })?.id ?? name;
    return secretGuard((this.#options.allowSecret ?? []).map(idOf));
  }

  /** What export, import and sync are called with. Throws `refused` while git has the files half merged, or keeps some back. */
  syncOptions(place: Place = this.place()): SyncOptions {
    requireCheckedOut(place.dir);
    requireMerged(place.dir);
    return {
      ...place,
      actor: findActor(this.#base, this.#env),
      history: gitHistory(place.dir),
      guard: this.guard,
      ...(this.#bar && { onProgress: this.#bar.onProgress }),
    };
  }

  /** Ends what the verb began. */
  close(): void {
    this.#bar?.stop();
    this.#store?.close();
    this.#store = undefined;
  }
}

/** A variable that is set to nothing is as good as not set. */
function isFilled(text: string | undefined): text is string {
  return text !== undefined && text !== '';
}
