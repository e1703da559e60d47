import { homedir } from 'node:os';
import { join } from 'node:path';

import { SyncError } from '../errors.js';
import { shellWord } from '../git/shell-words.js';
import { forgetDatabase, rememberDatabase, rememberedDatabase } from './remembered.js';

/** Where the choice of a database comes from. */
interface Sources {
  /** What `--db` says. */
  readonly option: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  /** The export directory. */
  readonly dir: () => string;
  /** Whether the database is one of SaveContext, which has a place of its own. */
  readonly isSaveContext: () => boolean;
  /** A path as the user means it. */
  readonly resolve: (path: string) => string;
}

/** The database of a session: `--db`, `SC_DB`, the one that `init` was told of, `SAVECONTEXT_DB`, else the default one. */
export class ChosenDatabase {
  readonly #sources: Sources;

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  /** The one that is named, wherever its records lie. Throws `usage` where none is. */
  get named(): string {
    const { option, env, resolve } = this.#sources;
    const path = [option, env['SC_DB']].find(isFilled) ?? this.#remembered;
    if (path !== undefined) return resolve(path);
    throw new SyncError('usage', 'Nothing says which database is meant', { hint: 'name it: sc-sync adopt --db PATH' });
  }

  /** Whether anything says which one it is. */
  get isNamed(): boolean {
    const { option, env } = this.#sources;
    return [option, env['SC_DB'], this.#remembered].some(isFilled);
  }

  get path(): string {
    const { option, env, resolve, isSaveContext, dir } = this.#sources;
    if (option === '') throw new SyncError('usage', '--db needs a path');
    const named = [option, env['SC_DB']].find(isFilled);
    if (named !== undefined) return resolve(named);
    const remembered = this.#remembered;
    if (remembered === undefined && !isSaveContext()) {
      throw new SyncError('usage', `Nothing says which database belongs to ${dir()}`, {
        hint: 'name it once: sc-sync init --db PATH',
      });
    }
    const other = remembered ?? env['SAVECONTEXT_DB'];
    return isFilled(other) ? resolve(other) : join(homedir(), '.savecontext', 'data', 'savecontext.db');
  }

  /** The option as it is to be said again; empty where it was not said, or is remembered. */
  get option(): string {
    const { option } = this.#sources;
    return option === undefined || this.#remembered === this.path ? '' : `--db ${shellWord(option)}`;
  }

  /** Somebody who set a variable long ago may have forgotten it. */
  get note(): string | undefined {
    const remembered = this.#sources.option === undefined ? this.#remembered : undefined;
    if (remembered === undefined || remembered === this.path) return undefined;
    return `SC_DB names the database, so the one that this folder remembers is not used: ${remembered}`;
  }

  /** Remembers the database for the project's folder, where it was named. Says whether that is news. */
  remember(): boolean {
    return this.#sources.option !== undefined && rememberDatabase(this.#sources.dir(), this.path);
  }

  /** Forgets the database of the project's folder, and gives what it was. */
  forget(): string | undefined {
    return forgetDatabase(this.#sources.dir());
  }

  get #remembered(): string | undefined {
    return rememberedDatabase(this.#sources.dir());
  }
}

/** A variable that is set to nothing is as good as not set. */
function isFilled(text: string | undefined): text is string {
  return text !== undefined && text !== '';
}
