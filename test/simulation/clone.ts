import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Tree } from './mini-git.js';
import type { DatabaseMemory, SimulatedDatabase } from './simulated-database.js';

/** One clone of the repository: a folder of files, and the database that it is synced with. */
export class Clone {
  readonly name: string;
  /** Where the files are; they may be moved. */
  dir: string;
  /** A sparse checkout leaves the files out. */
  isNarrow = false;
  /** How far the clock is off, in milliseconds. */
  readonly skew: number;
  /** False where git merges files as text. */
  readonly hasDriver: boolean;
  database: SimulatedDatabase;
  /** Every commit that was ever checked out here. */
  readonly heads = new Set<number>();
  #head = 0;
  /** While the shared branch is checked out: where the clone's own main branch is. */
  main: number | undefined;
  /** The branch to come back to, while another commit is checked out. */
  detachedFrom: number | undefined;
  backup: DatabaseMemory | undefined;
  /** Exported lines were thrown away since the last sync. */
  hasDiscarded = false;
  /** `slot value` of all that a journal of this clone has ever held. */
  readonly journal = new Set<string>();

  constructor(values: Pick<Clone, 'name' | 'dir' | 'skew' | 'hasDriver' | 'database'>) {
    this.name = values.name;
    this.dir = values.dir;
    this.skew = values.skew;
    this.hasDriver = values.hasDriver;
    this.database = values.database;
    mkdirSync(this.dir, { recursive: true });
  }

  get head(): number {
    return this.#head;
  }

  set head(commit: number) {
    this.#head = commit;
    this.heads.add(commit);
  }

  /** The files as they are now; none where their folder is left out. */
  files(): Tree {
    const names = (existsSync(this.dir) ? readdirSync(this.dir) : []).filter((name) => name.endsWith('.jsonl'));
    return new Map(names.sort().map((name) => [name, readFileSync(join(this.dir, name), 'utf8')]));
  }

  /** All lines of all files. */
  lines(): readonly string[] {
    return [...this.files().values()].flatMap(linesOf);
  }

  /** Makes the files those of a tree. */
  write(tree: Tree): void {
    const now = this.files();
    for (const [name, text] of tree) if (now.get(name) !== text) writeFileSync(join(this.dir, name), text);
    for (const name of now.keys()) if (!tree.has(name)) rmSync(join(this.dir, name));
  }
}

/** The lines of a file. */
export function linesOf(text: string | undefined): readonly string[] {
  return (text ?? '').split('\n').filter((line) => line !== '');
}
