import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';

import type { FileField, FileKind, RegistryFile } from '../../src/registry/file.js';
import { registryOf } from '../../src/registry/from-file.js';
import { Store } from '../../src/savecontext/store.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { openSide } from './world.js';
import type { Side } from './world.js';

const SCHEMA = 'CREATE TABLE note (id INTEGER PRIMARY KEY, key TEXT NOT NULL, title TEXT NOT NULL)';

/** Columns that a program adds, one after the other, and what a registry says of them. */
const ADDED = [
  ['size INTEGER NOT NULL DEFAULT 5', ['size', 'integer']],
  ['body TEXT', ['body', { kind: 'text', null: true }]],
  [`state TEXT NOT NULL DEFAULT 'open'`, ['state', 'text']],
  ['rate REAL DEFAULT 0.5', ['rate', { kind: 'real', null: true }]],
] as const;

/** Columns that are edited, with the version that has them first. */
const COLUMNS = [
  ['title', 0],
  ['size', 1],
  ['body', 2],
  ['state', 3],
  ['rate', 4],
] as const;

/** The registry of a program that has added so many columns. */
function registry(version: number): RegistryFile {
  const fields: Record<string, FileKind | FileField> = { key: 'text', title: 'text' };
  for (const [, [name, field]] of ADDED.slice(0, version)) fields[name] = field;
  const note = { type: 'note', table: 'note', file: 'note.jsonl', id: { number: 'id' }, created: null, updated: null };
  return { registry: 1, scope: 'database', entities: [{ ...note, fields }], local: [], derived: [] };
}

/** A clone whose program, and with it the registry, learns columns from time to time. */
class Clone {
  readonly side: Side;
  #version = 0;
  #project: Side['project'];

  constructor(folder: string, name: string) {
    this.side = openSide(folder, name, { schema: SCHEMA, file: registry(0) });
    this.#project = this.side.project;
  }

  /** Its program migrates to a version, and the registry with it. */
  learn(version: number): void {
    if (version <= this.#version) return;
    for (const [column] of ADDED.slice(this.#version, version))
      this.side.sql.exec(`ALTER TABLE note ADD COLUMN ${column}`);
    this.#version = version;
    const store = Store.open(this.side.path, { create: true, registry: registryOf(registry(version)) });
    onTestFinished(() => {
      store.close();
    });
    this.#project = store.project(join(this.side.path, '..'), { dir: this.side.project.dir });
  }

  knows(version: number): boolean {
    return version <= this.#version;
  }

  sync(): void {
    expect(this.#project.sync().export.refused).toEqual([]);
  }

  get isInSync(): boolean {
    return this.#project.status().inSync;
  }

  /** What lost in a merge here. */
  lost(): string[] {
    return this.#project.conflicts.list().map((entry) => entry.lost);
  }

  rows(): unknown {
    return this.side.sql.all('SELECT key, title, size, body, state, rate FROM note ORDER BY key');
  }
}

const clone = fc.nat(2);
const STEPS = fc.array(
  fc.oneof(
    { weight: 2, arbitrary: fc.record({ does: fc.constant('add' as const), clone }) },
    {
      weight: 8,
      arbitrary: fc.record({
        does: fc.constant('edit' as const),
        clone,
        row: fc.nat(5),
        column: fc.nat(COLUMNS.length - 1),
      }),
    },
    { weight: 6, arbitrary: fc.record({ does: fc.constant('sync' as const), clone }) },
    {
      weight: 2,
      arbitrary: fc.record({ does: fc.constant('learn' as const), clone, version: fc.integer({ min: 1, max: 4 }) }),
    },
  ),
  { minLength: 5, maxLength: 30 },
);

it('clones that learn new columns at different times come to the same, and keep what each column was given last', () => {
  fc.assert(
    fc.property(STEPS, (steps) => {
      const folder = temporaryFolder();
      const clones = ['a', 'b', 'c'].map((name) => new Clone(folder, name));
      /** The last value that each field of each record was given, and by whom it ever was. */
      const last = new Map<string, { readonly value: string | number; readonly by: ReadonlySet<number> }>();
      let count = 0;
      for (const step of steps) {
        const at = clones[step.clone];
        if (at === undefined) continue;
        const { sql } = at.side;
        if (step.does === 'learn') at.learn(step.version);
        else if (step.does === 'sync') at.sync();
        else if (step.does === 'add') {
          count++;
          sql.run(`INSERT INTO note (key, title) VALUES (?, ?)`, `k${count}`, `t${count}`);
        } else {
          const [column, version] = COLUMNS[step.column] ?? (['title', 0] as const);
          const keys = sql.all('SELECT key FROM note ORDER BY key').flat().map(String);
          const key = keys[step.row % Math.max(keys.length, 1)];
          if (key === undefined || !at.knows(version)) continue;
          const value = column === 'rate' ? ++count + 0.5 : column === 'size' ? ++count : `${column} ${++count}`;
          sql.run(`UPDATE note SET ${column} = ? WHERE key = ?`, column === 'size' ? BigInt(value) : value, key);
          const name = `${key} ${column}`;
          last.set(name, { value, by: new Set([...(last.get(name)?.by ?? []), step.clone]) });
        }
      }
      for (const each of clones) each.learn(ADDED.length);
      for (const each of [...clones, ...clones, ...clones]) each.sync();
      const lost = clones.flatMap((each) => each.lost());
      for (const each of clones) {
        expect(each.isInSync).toBe(true);
        expect(each.rows()).toEqual(clones[0]?.rows());
        for (const [name, { value, by }] of last) {
          const [key = '', column = ''] = name.split(' ');
          const found = each.side.sql.get(`SELECT ${column} FROM note WHERE key = ?`, key)?.[0];
          // Where two wrote a field, the other value may have won: then the journal of some clone has this one.
          if (String(found) === String(value)) continue;
          expect(by.size, `${name}: ${String(found)} and not ${value}`).toBeGreaterThan(1);
          expect(lost, name).toContain(JSON.stringify(value));
        }
      }
      const dir = join(folder, 'lines');
      for (const name of readdirSync(dir).filter((each) => each.endsWith('.jsonl'))) {
        for (const line of readFileSync(join(dir, name), 'utf8').trimEnd().split('\n')) {
          const names = [...line.matchAll(/"(\w+)":/g)].map(([, member]) => member);
          expect(new Set(names).size, line).toBe(names.length);
        }
      }
    }),
    { numRuns: 40 },
  );
});
