import { openSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';

import { SyncError } from '../errors.js';
import { namesIn, OWNER_FILE, syncFolder, temporaryName } from './file.js';
import { errorCode, withIoErrors } from './io-error.js';
import { TemporaryFile, type Perform, type StagedFile } from './staged-file.js';

const TEMPORARY_NAME = /^\..+\.(\d+)\.[0-9a-f]{12}\.tmp$/;

/**
 * Writes several files of one folder as a set: everything is written and synced beside the targets first, and only
 * then renamed, in the order of staging. Nothing is changed if a step before the first rename fails; after a
 * crash between the renames each file is wholly old or wholly new.
 *
 * The first failing step ends the set as {@link FileSet.abort} does. Every method that writes throws SyncError `io` for
 * that, and `usage` when the set has ended already.
 *
 * ```ts
 * const set = new FileSet(dir);
 * try {
 *   const notes = set.stage('notes.jsonl');
 *   notes.write('{"type":"note"}\n');
 *   set.commit();
 * } finally {
 *   set.abort(); // does nothing after a commit
 * }
 * ```
 */
export class FileSet {
  readonly #dir: string;
  readonly #onStep: ((step: string) => void) | undefined;
  readonly #staged = new Map<string, TemporaryFile>();
  #ended = false;

  /**
   * @param dir the folder, which must exist.
   * @param onStep called before every effect with its name (`create notes.jsonl`, `write ...`, `fsync ...`,
   *   `rename ...`, `fsync folder`); what it throws counts as that step failing. For tests.
   */
  constructor(dir: string, onStep?: (step: string) => void) {
    this.#dir = dir;
    this.#onStep = onStep;
  }

  /**
   * Begins the new content of a file. Each name can be staged once. Nobody else can read it before it is in place.
   *
   * @param mayWrite asked before bytes get onto the disk: where they must not, they are only counted and hashed, and the set must not be committed.
   */
  stage(name: string, mayWrite: () => boolean = () => true): StagedFile {
    this.#requireFree(name);
    const perform: Perform = (step, target, effect) => this.#perform(step, target, effect);
    const path = join(this.#dir, temporaryName(name));
    const fd = perform('create', name, () => openSync(path, 'wx', OWNER_FILE));
    const file = new TemporaryFile(name, path, fd, perform, mayWrite);
    this.#staged.set(name, file);
    return file;
  }

  /** Takes a staged file out of the set again, so that its target stays as it is. */
  discard(name: string): void {
    this.#requireOpen();
    this.#staged.get(name)?.discard();
    this.#staged.delete(name);
  }

  /** Does all of {@link FileSet.commit} that takes long and changes nothing: brings what was staged onto the disk. */
  sync(): void {
    this.#requireOpen();
    for (const file of this.#staged.values()) file.finish(join(this.#dir, file.name));
  }

  /** Puts all staged files in place. Returns when that would survive a power cut. */
  commit(): void {
    this.sync();
    for (const file of this.#staged.values()) {
      this.#perform('rename', file.name, () => {
        renameSync(file.path, join(this.#dir, file.name));
      });
    }
    if (this.#staged.size > 0) {
      this.#perform('fsync', null, () => {
        syncFolder(this.#dir);
      });
    }
    this.#ended = true;
  }

  /** Deletes the temporary files. Does nothing once the set has ended, and never throws. */
  abort(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const file of this.#staged.values()) file.discard();
  }

  /** @param name the file that the step is about, `null` for the folder. */
  #perform<T>(step: string, name: string | null, effect: () => T): T {
    this.#requireOpen();
    try {
      this.#onStep?.(`${step} ${name ?? 'folder'}`);
      const path = name === null ? this.#dir : join(this.#dir, name);
      return withIoErrors(path, 'write', effect);
    } catch (error) {
      this.abort();
      throw error;
    }
  }

  #requireOpen(): void {
    if (this.#ended) throw new SyncError('usage', `The set of files in ${this.#dir} has ended already`);
  }

  #requireFree(name: string): void {
    this.#requireOpen();
    if (name === '' || name === '.' || name === '..' || basename(name) !== name) {
      throw new SyncError('usage', `The name of a file in ${this.#dir} must be plain, not ${JSON.stringify(name)}`);
    }
    if (this.#staged.has(name)) {
      throw new SyncError('usage', `Cannot stage ${name} twice`);
    }
  }
}

/**
 * Deletes the temporary files that processes which no longer run have left in the folder, and returns their names.
 * Call it under the folder's lock: a process on another host or in another container cannot be seen from here.
 *
 * @throws SyncError `io` if the folder cannot be read; a missing folder holds none.
 */
export function removeStaleTemporaryFiles(dir: string): readonly string[] {
  return withIoErrors(dir, 'clean up', () => {
    const stale = namesIn(dir).filter((name) => {
      const pid = TEMPORARY_NAME.exec(name)?.[1];
      return pid !== undefined && !isAlive(Number(pid));
    });
    for (const name of stale) rmSync(join(dir, name), { force: true });
    return stale;
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Anything but "no such process" (EPERM: somebody else's) means that it runs, or that we cannot know.
    return errorCode(error) !== 'ESRCH';
  }
}
