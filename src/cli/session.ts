import { statSync } from 'node:fs';
import { resolve } from 'node:path';

import { exportDirectory, resolvePath } from '../files/directory.js';
import { namedLines } from '../files/named-lines.js';
import { readRegistry } from '../files/registry-file.js';
import type { FoundRegistry } from '../files/registry-file.js';
import type { NamedRecord } from '../record/names.js';
import type { RecordKey } from '../record/record-key.js';
import { Records } from '../sync/records.js';
import { RecordNames } from '../sync/record-names.js';
import { SyncError } from '../errors.js';
import type { Guard } from '../sync/export/guard.js';
import { requireCheckedOut } from '../git/checked-out.js';
import { gitHistory } from '../git/history.js';
import { requireMerged } from '../git/unmerged.js';
import { secretGuard } from '../secrets/secret-guard.js';
import { isOneProject } from '../registry/entity.js';
import type { Registry } from '../registry/entity.js';
import { savecontext } from '../savecontext/registry.js';
import { acceptAdopted, openAdopted } from './adopted-store.js';
import { Store } from '../savecontext/store.js';
import type { SyncOptions } from '../sync/sync.js';
import type { Project } from '../sync/synced-project.js';
import { callOf } from './call.js';
import { shellWord } from '../git/shell-words.js';
import { findPlace } from './find-place.js';
import type { Place } from './find-place.js';
import { findTarget } from '../store/knowledge/target.js';
import { ChosenDatabase } from './chosen-database.js';
import { findActor } from './actor.js';
import { adoptionFolder, atHome, findFolders } from './folders.js';
import type { Folders } from './folders.js';
import type { Confirm } from './outcome.js';
import type { ProgressBar } from './progress.js';

/** What a session is started with: the options that hold for all that a verb does, as they were given. */
export interface SessionOptions {
  readonly directory?: string;
  readonly db?: string;
  /** The export directory, where it is not the usual one. */
  readonly dir?: string;
  readonly project?: string;
  readonly allowSecret?: readonly string[];
  /** Whether nothing is to be changed. */
  readonly looks?: boolean;
  /** For how many milliseconds others may hold the database or the folder; undefined for the usual time. */
  readonly patience?: number | undefined;
  /** Whether a program reads what the verb gives, and nobody its text. */
  readonly json?: boolean;
}

/** What there is only where somebody looks on. */
export interface Terminal {
  readonly bar?: ProgressBar | undefined;
  readonly confirm?: Confirm | undefined;
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
  /** Which database it is. */
  readonly database: ChosenDatabase;
  #store: Store<Registry> | undefined;
  #place: Place | undefined;
  #found: { readonly registry: FoundRegistry | undefined } | undefined;
  /** Whether a note says which project was taken. */
  #isChoiceNoted = false;

  constructor(options: SessionOptions, terminal: Terminal = {}, env: NodeJS.ProcessEnv = process.env) {
    this.#options = Object.freeze({ ...options });
    this.#env = env;
    this.#bar = terminal.bar;
    this.confirm = terminal.confirm;
    this.#base = resolvePath(resolve(atHome(options.directory ?? '.')));
    if (statSync(this.#base, { throwIfNoEntry: false })?.isDirectory() !== true) {
      throw new SyncError('usage', `There is no folder ${options.directory ?? ''} (-C)`, { hint: 'check the path' });
    }
    this.database = new ChosenDatabase({
      option: options.db,
      env,
      dir: () => this.#folders.dir,
      isSaveContext: () => this.#adopted === undefined,
      resolve: (path) => this.resolve(path),
    });
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

  /** A call of this program as somebody can copy it. */
  call(...words: readonly string[]): string {
    return callOf(this.database.option, ...words.map(shellWord));
  }

  get #folders(): Folders {
    const { dir } = this.#options;
    if (dir === '') throw new SyncError('usage', '--dir needs a path');
    return findFolders(this.#base, dir === undefined ? undefined : this.resolve(dir));
  }

  /** The registry of another program's database, where one lies in the export directory. */
  get #adopted(): FoundRegistry | undefined {
    return (this.#found ??= { registry: readRegistry(this.folder()) }).registry;
  }

  /** What there is to know of the records: the registry beside the files, else that of SaveContext. Opens no database. */
  get registry(): Registry {
    return this.#adopted?.registry ?? savecontext;
  }

  /** The database, opened once. `create` makes or completes it. */
  store(options: { readonly create?: boolean } = {}): Store<Registry> {
    const { note } = this.database;
    if (note !== undefined && this.#store === undefined) this.notes.push(note);
    if (this.#store !== undefined) return this.#store;
    const { patience } = this.#options;
    this.#store = this.#open(options.create === true);
    if (patience !== undefined) this.#store.sql.exec(`PRAGMA busy_timeout = ${patience}`);
    return this.#store;
  }

  #open(create: boolean): Store<Registry> {
    const found = this.#adopted;
    const { path } = this.database;
    const looks = this.#options.looks === true;
    if (found !== undefined) return openAdopted(found, { path, dir: this.folder() }, { looks, create });
    const registry: Registry = savecontext;
    return looks ? Store.look(path, { registry }) : Store.open(path, { registry, create });
  }

  /** The folder in which a registry lies, or is to lie. */
  adoptionFolder(): string {
    return exportDirectory(this.#options.dir === undefined ? adoptionFolder(this.#folders) : this.#folders.dir);
  }

  /** Accepts the registry beside the files as it is now, and says what it newly syncs. */
  acceptRegistry(): string[] {
    const found = this.#adopted;
    if (found === undefined) {
      throw new SyncError('not_found', `There is no registry in ${this.folder()}`, { hint: 'make it: sc-sync adopt' });
    }
    return acceptAdopted(found, this.database.path);
  }

  /** The export directory alone; no database is opened for it. */
  folder(): string {
    return exportDirectory(this.#folders.dir);
  }

  /** The project and its export directory, as {@link findPlace} finds them. What the folder does not say goes into the notes. */
  place(options: { readonly create?: boolean } = {}): Place {
    return (this.#place ??= this.#findPlace(options.create === true));
  }

  #findPlace(isToBeMade: boolean): Place {
    const { project } = this.#options;
    const { place, choice } = findPlace({
      folders: this.#folders,
      project: project && this.resolve(project),
      isOneProject: isOneProject(this.registry),
      store: () => this.store(),
      hintToMake: (path) => (isToBeMade ? undefined : this.call('init', '--project', path, '--create')),
    });
    if (choice !== undefined) {
      this.#isChoiceNoted = true;
      this.notes.push(choice);
    }
    return place;
  }

  /** The project as a program has it: its journal, private records and settings. */
  project(): Project {
    const { projectPath, dir } = this.place();
    return this.store().project(projectPath, { dir });
  }

  /** The records of the project. */
  records(): Records {
    return new Records(this.store(), this.place().projectPath);
  }

  /** The records of the project by what people call them. */
  names(): RecordNames {
    return new RecordNames(this.store(), this.place().projectPath);
  }

  /** A record as people call it. */
  readonly called = (key: RecordKey): string => this.names().called(key);

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
    this.#noteBinding(place);
    return {
      ...place,
      actor: findActor(this.#base, this.#env),
      history: gitHistory(place.dir),
      guard: this.guard,
      ...(this.#options.patience !== undefined && { lockTimeoutMs: this.#options.patience }),
      ...(this.#bar && { onProgress: this.#bar.onProgress }),
    };
  }

  /** A verb that changes something binds the folder to its project. That is said once, and not where it was said why. */
  #noteBinding({ projectPath, dir }: Place): void {
    const isBound =
      this.#options.looks === true ||
      findTarget(this.store().sql, dir)?.project === this.store().projectAt(projectPath);
    if (!isBound && !this.#isChoiceNoted) this.notes.push(`${dir} belongs to the project ${projectPath} from now on`);
  }

  /** Ends what the verb began. */
  close(): void {
    this.#bar?.stop();
    this.#store?.close();
    this.#store = undefined;
  }
}
