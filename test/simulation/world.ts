import { join } from 'node:path';

import { Exporter } from '../../src/export/exporter.js';
import { Importer } from '../../src/import/importer.js';
import { MergeStrategy } from '../../src/import/plan.js';
import type { SqlValue } from '../../src/store/database.js';
import type { ImportStats } from '../../src/import/stats.js';
import { SyncError } from '../../src/errors.js';
import { savecontext } from '../../src/registry/savecontext.js';
import { sync } from '../../src/sync.js';
import { Clone, linesOf } from './clone.js';
import { Knowledge, slotOf, valuesInLoss } from './knowledge.js';
import { entriesOf, mergeAsText, mergeTrees, recordLines } from './merge-trees.js';
import type { FileLoss } from './merge-trees.js';
import { MiniGit, sameTree } from './mini-git.js';
import type { Tree } from './mini-git.js';
import { PROJECT, SHAPES, shapeOf } from './record-shapes.js';
import type { RecordShape } from './record-shapes.js';
import type { Operation, Schedule, Step } from './schedule.js';
import { SimulatedDatabase } from './simulated-database.js';
import type { DatabaseMemory, PresentState, State, States } from './simulated-database.js';

/** A property that did not hold. */
export interface Failure {
  /** As `P6`, of sync.md section 9. */
  readonly property: string;
  readonly what: string;
}

/** How the clones of a world are set up. */
export interface WorldOptions {
  /** The first two clones are work trees of one repository with one database. */
  readonly sharedDatabase?: boolean;
  /** The last clone has no merge driver. */
  readonly textMerges?: boolean;
  /** A pull syncs first where exported lines were thrown away, as the command does. */
  readonly syncsBeforePull: boolean;
}

const START = 1_700_000_000_000;

/** Some clones of one repository, and everything that can happen to them. */
export class World {
  readonly clones: readonly Clone[];
  readonly git = new MiniGit();
  readonly knowledge = new Knowledge();
  readonly failures: Failure[] = [];
  /** What section 8 of sync.md says can happen, and did. */
  readonly limits: string[] = [];
  /** What happened, one line a step. */
  readonly trace: string[] = [];
  /** How many things were compared. */
  checks = 0;
  readonly #folder: string;
  readonly #schedule: Schedule;
  readonly #options: WorldOptions;
  readonly #databases = new Set<SimulatedDatabase>();
  #time = 0;
  #names = 0;
  #files = 0;
  #isEnding = false;

  constructor(folder: string, template: string, schedule: Schedule, options: WorldOptions) {
    this.#folder = folder;
    this.#schedule = schedule;
    this.#options = options;
    this.#template = template;
    const clones: Clone[] = [];
    for (let index = 0; index < schedule.clones; index++) {
      const isShared = options.sharedDatabase === true && index === 1;
      clones.push(
        new Clone({
          name: `c${index}`,
          dir: join(folder, `c${index}`, '.savecontext'),
          skew: schedule.skews[isShared ? 0 : index] ?? 0,
          hasDriver: options.textMerges !== true || index !== schedule.clones - 1,
          database: isShared ? clones[0]!.database : this.#newDatabase(),
        }),
      );
    }
    this.clones = clones;
  }

  readonly #template: string;

  #newDatabase(source?: DatabaseMemory): SimulatedDatabase {
    const empty = { file: this.#template, known: new Map(), lines: new Set<string>() };
    const database = SimulatedDatabase.copyOf(source ?? empty, join(this.#folder, `db${this.#files++}.db`));
    this.#databases.add(database);
    return database;
  }

  close(): void {
    for (const database of this.#databases) database.close();
    this.#databases.clear();
  }

  // ---- helpers ------------------------------------------------------------------------------------------------------

  now(clone: Clone): number {
    const { coarseness } = this.#schedule;
    return START + Math.floor(this.#time / coarseness) * coarseness * 1000 + clone.skew;
  }

  fail(property: string, what: string): void {
    this.failures.push({ property, what });
  }

  #say(clone: Clone, what: string): void {
    if (!this.#isEnding) this.trace.push(`${clone.name} ${what}`);
  }

  #fresh(prefix: string): string {
    return `${prefix}${++this.#names}`;
  }

  #present(clone: Clone, fits: (state: PresentState, shape: RecordShape) => boolean = () => true): PresentState[] {
    return [...clone.database.states().values()].filter(
      (state): state is PresentState => state.kind === 'present' && fits(state, shapeOf(state.type)),
    );
  }

  /** Does something to a database, and lets its user look at the outcome. */
  #looking<T>(clone: Clone, body: () => T): T {
    const before = clone.database.states();
    const result = body();
    this.knowledge.learn(clone.database.known, before, clone.database.states());
    return result;
  }

  // ---- steps --------------------------------------------------------------------------------------------------------

  step({ clone, operation, pick }: Step): void {
    this.#time++;
    const who = this.clones[clone % this.clones.length]!;
    this.#operations[operation](who, pick);
  }

  readonly #operations: Readonly<Record<Operation, (clone: Clone, pick: number) => void>> = {
    edit: (clone, pick) => this.#edit(clone, pick, true),
    editUnbumped: (clone, pick) => this.#edit(clone, pick, false),
    reopen: (clone, pick) => this.#writeGroup(clone, pick, false),
    unset: (clone, pick) => this.#unset(clone, pick),
    add: (clone, pick) => this.#add(clone, pick),
    remove: (clone, pick) => this.#remove(clone, pick),
    insertRoot: (clone, pick) => this.#insertRoot(clone, pick),
    insertInSession: (clone, pick) => this.#insertInSession(clone, pick),
    deleteRoot: (clone, pick) => this.#delete(clone, pick, false),
    deleteInSession: (clone, pick) => this.#delete(clone, pick, true),
    insertAgain: (clone, pick) => this.#insertAgain(clone, pick),
    replace: (clone, pick) => this.#replace(clone, pick),
    rekey: (clone, pick) => this.#rekey(clone, pick),
    link: (clone, pick) => this.#link(clone, pick),
    unlink: (clone, pick) => this.#unlink(clone, pick),
    refer: (clone, pick) => this.#refer(clone, pick),
    export: (clone) => this.#export(clone, false),
    fullExport: (clone) => this.#export(clone, true),
    sync: (clone) => this.#sync(clone),
    import: (clone) => this.#import(clone, MergeStrategy.ThreeWay),
    force: (clone) => this.#import(clone, MergeStrategy.PreferExternal),
    preferLocal: (clone) => this.#import(clone, MergeStrategy.PreferLocal),
    preferNewer: (clone) => this.#import(clone, MergeStrategy.PreferNewer),
    importFile: (clone, pick) => this.#importFile(clone, pick),
    rehearse: (clone) => this.#rehearse(clone),
    dropLine: (clone, pick) => this.#dropLine(clone, pick),
    editFile: (clone, pick) => this.#editFile(clone, pick),
    commit: (clone) => this.#commit(clone),
    pull: (clone, pick) => this.#pull(clone, this.git.origin, pick),
    push: (clone) => this.#push(clone),
    mergePeer: (clone, pick) => this.#pull(clone, this.clones[pick % this.clones.length]!.head, pick),
    rebase: (clone) => this.#rebase(clone),
    checkoutOld: (clone, pick) => this.#checkoutOld(clone, pick),
    checkoutSide: (clone, pick) => this.#checkoutSide(clone, pick),
    checkoutBack: (clone) => this.#checkoutBack(clone),
    stash: (clone) => this.#stash(clone),
    stashRaw: (clone) => {
      this.#stash(clone);
      clone.hasDiscarded = false;
    },
    revert: (clone) => this.#revert(clone),
    backup: (clone) => this.#backup(clone),
    restore: (clone) => this.#restore(clone),
    copyDatabase: (clone, pick) => this.#copyDatabase(clone, pick),
    dropDatabase: (clone) => this.#dropDatabase(clone),
  };

  // ---- what a user does to the rows ---------------------------------------------------------------------------------

  /** A change to something that is not followed. */
  #touch(clone: Clone, state: PresentState): void {
    this.knowledge.touched.add(`${state.type}/${state.id}`);
    this.#raise(clone, state);
  }

  #raise(clone: Clone, state: PresentState): void {
    const { table, updated } = shapeOf(state.type);
    if (updated === undefined) return;
    clone.database.run(`UPDATE ${table} SET ${updated} = ? WHERE id = ?`, this.now(clone), state.id);
  }

  #wrote(clone: Clone, { type, id }: Pick<State, 'type' | 'id'>, field: string, value: string): void {
    this.knowledge.wrote(clone.database.known, `${type}/${id}`, field, value);
  }

  #edit(clone: Clone, pick: number, raises: boolean): void {
    const states = this.#present(clone);
    const state = states[pick % states.length];
    if (state === undefined) return;
    const { table, scalars, group } = shapeOf(state.type);
    const fields = [...scalars, ...(group === undefined ? [] : [group.column])];
    const field = fields[Math.floor(pick / 7) % fields.length]!;
    if (field === group?.column) {
      this.#writeGroup(clone, pick, true, raises);
      return;
    }
    const value = this.#fresh('v');
    this.#looking(clone, () => {
      this.#wrote(clone, state, field, value);
      clone.database.run(`UPDATE ${table} SET ${field} = ? WHERE id = ?`, value, state.id);
      if (raises) this.#raise(clone, state);
    });
    this.#say(clone, `edit ${state.id} ${field} -> ${value}${raises ? '' : ' (updated_at as it was)'}`);
  }

  /** Writes all columns that move together: the same number in each, or null in all but the first. */
  #writeGroup(clone: Clone, pick: number, closes: boolean, raises = true): void {
    const states = this.#present(clone, (_, shape) => shape.group !== undefined);
    const state = states[pick % states.length];
    if (state === undefined) return;
    const { table, group } = shapeOf(state.type);
    const value = this.#fresh(closes ? 'g' : 'o');
    const numbers = group!.others.map((column): SqlValue => groupValue(column, closes ? this.#names : null));
    this.#looking(clone, () => {
      this.#wrote(clone, state, group!.column, value);
      const columns = [group!.column, ...group!.others].map((column) => `${column} = ?`).join(', ');
      clone.database.run(`UPDATE ${table} SET ${columns} WHERE id = ?`, value, ...numbers, state.id);
      if (raises) this.#raise(clone, state);
    });
    this.#say(clone, `edit ${state.id} ${group!.column} -> ${value}${raises ? '' : ' (updated_at as it was)'}`);
  }

  /** An optional field that is not followed, as one null is like another. */
  #unset(clone: Clone, pick: number): void {
    const columns: Readonly<Record<string, string>> = { session: 'branch', issue: 'description', plan: 'content' };
    const states = this.#present(clone, ({ type }) => type in columns);
    const state = states[pick % states.length];
    if (state === undefined) return;
    const column = columns[state.type]!;
    const value = pick % 3 === 0 ? `text ${pick}` : null;
    this.#looking(clone, () => {
      clone.database.run(`UPDATE ${shapeOf(state.type).table} SET ${column} = ? WHERE id = ?`, value, state.id);
      this.#touch(clone, state);
    });
    this.#say(clone, `edit ${state.id} ${column} -> ${value ?? 'null'}`);
  }

  #add(clone: Clone, pick: number): void {
    const states = this.#present(clone, (_, shape) => shape.set !== undefined);
    const state = states[pick % states.length];
    if (state === undefined) return;
    const { set } = shapeOf(state.type);
    const element = this.#fresh('e');
    this.#looking(clone, () => {
      this.#wrote(clone, state, set!.field, element);
      this.#writeElement(clone, state, element, true);
      this.#raise(clone, state);
    });
    this.#say(clone, `add ${state.id} ${element}`);
  }

  #remove(clone: Clone, pick: number): void {
    const elementsOf = (state: PresentState): readonly string[] =>
      state.values.get(shapeOf(state.type).set?.field ?? '') ?? [];
    const states = this.#present(clone, (state) => elementsOf(state).length > 0);
    const state = states[pick % states.length];
    if (state === undefined) return;
    const elements = elementsOf(state);
    const element = elements[pick % elements.length]!;
    this.knowledge.removed.add(
      `${slotOf(`${state.type}/${state.id}`, shapeOf(state.type).set?.field ?? '')} ${element}`,
    );
    this.#looking(clone, () => {
      this.#writeElement(clone, state, element, false);
      this.#raise(clone, state);
    });
    this.#say(clone, `remove ${state.id} ${element}`);
  }

  #writeElement(clone: Clone, state: PresentState, element: string, adds: boolean): void {
    const { table, set } = shapeOf(state.type);
    const { database } = clone;
    if (set === undefined) return;
    if ('column' in set) {
      const others = (state.values.get(set.field) ?? []).filter((other) => other !== element);
      const elements = adds ? [...others, element] : others;
      database.run(`UPDATE ${table} SET ${set.column} = ? WHERE id = ?`, JSON.stringify(elements), state.id);
    } else if (!adds) {
      database.run(`DELETE FROM ${set.table} WHERE ${set.owner} = ? AND ${set.element} = ?`, state.id, element);
    } else if (set.table === 'issue_labels') {
      database.run(`INSERT INTO issue_labels (id, issue_id, label) VALUES (?, ?, ?)`, element, state.id, element);
    } else {
      database.run(
        `INSERT INTO ${set.table} (${set.owner}, ${set.element}, added_at) VALUES (?, ?, 1)`,
        state.id,
        element,
      );
    }
  }

  /** Makes a row whose followed fields all have values of their own. */
  #insert(clone: Clone, type: string, id: string, parent: { readonly session?: string; readonly key?: string }): void {
    const { table, scalars, group, updated, required } = shapeOf(type);
    const now = this.now(clone);
    const values = new Map<string, SqlValue>([
      ['id', id],
      ['created_at', now],
      ...Object.entries(required ?? {}),
      ...(parent.session === undefined ? [] : ([['session_id', parent.session]] as const)),
      ...(parent.key === undefined ? [] : ([['key', parent.key]] as const)),
      ...(updated === undefined ? [] : ([[updated, now]] as const)),
    ]);
    this.#looking(clone, () => {
      for (const field of scalars) {
        const value = this.#fresh('v');
        values.set(field, value);
        this.#wrote(clone, { type, id }, field, value);
      }
      if (group !== undefined) {
        const value = this.#fresh('g');
        this.#wrote(clone, { type, id }, group.column, value);
        values.set(group.column, value);
        for (const column of group.others) values.set(column, groupValue(column, this.#names));
      }
      this.#keepingSession(clone, parent.session, () => {
        clone.database.run(
          `INSERT OR REPLACE INTO ${table} (${[...values.keys()].join(', ')}) VALUES (${[...values].map(() => '?').join(', ')})`,
          ...values.values(),
        );
      });
    });
  }

  /** A trigger of the schema sets a session's time by the machine's clock, which is none of the simulated ones. */
  #keepingSession(clone: Clone, session: string | undefined, body: () => void): void {
    body();
    if (session === undefined) return;
    this.knowledge.touched.add(`session/${session}`);
    clone.database.run(`UPDATE sessions SET updated_at = ? WHERE id = ?`, this.now(clone), session);
  }

  #newId(type: string): string {
    this.#names++;
    // Ids do not sort by the time at which they were made.
    return `${shapeOf(type).idPrefix}${(this.#names * 617) % 1000}_${this.#names}`;
  }

  #insertRoot(clone: Clone, pick: number): void {
    const roots = ['session', 'session', 'issue', 'issue', 'plan', 'memory'];
    const type = roots[pick % roots.length]!;
    const id = this.#newId(type);
    const key = type === 'memory' ? this.#freeKey(clone, type, undefined, pick) : undefined;
    if (type === 'memory' && key === undefined) return;
    this.#insert(clone, type, id, key === undefined ? {} : { key });
    this.#say(clone, `insert ${id}${key === undefined ? '' : ` key ${key}`}`);
  }

  #insertInSession(clone: Clone, pick: number): void {
    const sessions = this.#present(clone, ({ type }) => type === 'session');
    const session = sessions[pick % sessions.length]?.id;
    if (session === undefined) return;
    const type = pick % 7 === 0 ? 'checkpoint' : 'context_item';
    const key = type === 'context_item' ? this.#freeKey(clone, type, session, pick) : undefined;
    if (type === 'context_item' && key === undefined) return;
    const id = this.#newId(type);
    this.#insert(clone, type, id, key === undefined ? { session } : { session, key });
    this.#say(clone, `insert ${id} under ${session}${key === undefined ? '' : ` key ${key}`}`);
  }

  #freeKey(clone: Clone, type: string, session: string | undefined, pick: number): string | undefined {
    const used = new Set(
      this.#present(clone, (state) => state.type === type && state.session === session).map(({ key }) => key),
    );
    return [0, 1, 2].map((step) => `k${(pick + step) % 3}`).find((key) => !used.has(key));
  }

  #insertAgain(clone: Clone, pick: number): void {
    const deleted = [...clone.database.states().values()].filter(({ kind }) => kind === 'deleted');
    const state = deleted[pick % deleted.length];
    if (state === undefined) return;
    const { inSession, keyed } = shapeOf(state.type);
    const sessions = this.#present(clone, ({ type }) => type === 'session');
    const session = inSession === true ? sessions[pick % sessions.length]?.id : undefined;
    if (inSession === true && session === undefined) return;
    const key = keyed === true ? this.#freeKey(clone, state.type, session, pick) : undefined;
    if (keyed === true && key === undefined) return;
    this.#insert(clone, state.type, state.id, {
      ...(session === undefined ? {} : { session }),
      ...(key === undefined ? {} : { key }),
    });
    this.#say(clone, `insert again ${state.id}${session === undefined ? '' : ` under ${session}`}`);
  }

  #replace(clone: Clone, pick: number): void {
    const states = this.#present(clone, (_, shape) => shape.keyed === true);
    const state = states[pick % states.length];
    if (state === undefined) return;
    const id = this.#newId(state.type);
    this.#deleting(clone, () => {
      this.#insert(clone, state.type, id, {
        ...(state.session === undefined ? {} : { session: state.session }),
        key: state.key!,
      });
    });
    this.#say(clone, `replace ${state.id} by ${id}, same key`);
  }

  #rekey(clone: Clone, pick: number): void {
    const states = this.#present(clone, (_, shape) => shape.keyed === true);
    const state = states[pick % states.length];
    if (state === undefined) return;
    const key = this.#freeKey(clone, state.type, state.session, pick);
    if (key === undefined) return;
    this.#looking(clone, () => {
      clone.database.run(`UPDATE ${shapeOf(state.type).table} SET key = ? WHERE id = ?`, key, state.id);
      this.#touch(clone, state);
    });
    this.#say(clone, `edit ${state.id} key -> ${key}`);
  }

  #delete(clone: Clone, pick: number, inSession: boolean): void {
    const states = this.#present(clone, (_, shape) => (shape.inSession === true) === inSession);
    const state = states[pick % states.length];
    if (state === undefined) return;
    this.#deleting(clone, () => {
      clone.database.run(`DELETE FROM ${shapeOf(state.type).table} WHERE id = ?`, state.id);
    });
  }

  /** Runs a statement that deletes rows; what vanishes was deleted by this clone's user, at the time of its clock. */
  #deleting(clone: Clone, body: () => void): void {
    const { database } = clone;
    const before = database.states();
    const stamps = new Map(
      database
        .all(`SELECT type, id, deleted_at FROM scsync_tombstones`)
        .map(([type, id, at]) => [`${String(type)}/${String(id)}`, Number(at)]),
    );
    const known = new Map([...database.known].map(([slot, values]) => [slot, new Set(values)]));
    body();
    const after = database.states();
    for (const [key, state] of before) {
      if (state.kind === 'deleted' || after.get(key)?.kind === 'present') continue;
      const by = this.#schedule.namesAuthors ? this.#fresh('del') : undefined;
      this.knowledge.deletions.push({ key, by, known });
      if (by !== undefined) this.knowledge.wrote(known, key, '*', by);
      database.run(
        `UPDATE scsync_tombstones SET deleted_at = ?, deleted_by = ? WHERE type = ? AND id = ?`,
        Math.max(this.now(clone), (stamps.get(key) ?? -Infinity) + 1),
        by ?? null,
        state.type,
        state.id,
      );
      this.#say(clone, `delete ${state.id}${by === undefined ? '' : ` (${by})`}`);
    }
    this.knowledge.learn(database.known, before, database.states());
  }

  #link(clone: Clone, pick: number): void {
    const owners = this.#present(clone, ({ type }) => type === 'issue' || type === 'checkpoint');
    const owner = owners[pick % owners.length];
    if (owner === undefined) return;
    const wanted = owner.type === 'issue' ? 'issue' : 'context_item';
    const others = this.#present(clone, (state) => state.type === wanted && state.id !== owner.id);
    const other = others[pick % others.length];
    if (other === undefined) return;
    this.#looking(clone, () => {
      if (owner.type === 'issue') {
        clone.database.run(
          `INSERT INTO issue_dependencies (id, issue_id, depends_on_id, created_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
          this.#fresh('dep'),
          owner.id,
          other.id,
          this.now(clone),
        );
      } else {
        clone.database.run(
          `INSERT INTO checkpoint_items (id, checkpoint_id, context_item_id, group_order) VALUES (?, ?, ?, ?)`,
          this.#fresh('cpitem'),
          owner.id,
          other.id,
          pick % 5,
        );
      }
      this.#touch(clone, owner);
    });
    this.#say(clone, `link ${owner.id} to ${other.id}`);
  }

  #unlink(clone: Clone, pick: number): void {
    const [table, owner, target] =
      pick % 2 === 0
        ? (['issue_dependencies', 'issue_id', 'depends_on_id'] as const)
        : (['checkpoint_items', 'checkpoint_id', 'context_item_id'] as const);
    const links = clone.database.all(`SELECT ${owner}, ${target} FROM ${table} ORDER BY 1, 2`);
    const link = links[pick % links.length];
    if (link === undefined) return;
    this.knowledge.touched.add(`${owner === 'issue_id' ? 'issue' : 'checkpoint'}/${String(link[0])}`);
    this.#looking(clone, () => {
      clone.database.run(`DELETE FROM ${table} WHERE ${owner} = ? AND ${target} = ?`, ...link);
    });
    this.#say(clone, `unlink ${String(link[0])} from ${String(link[1])}`);
  }

  #refer(clone: Clone, pick: number): void {
    const [from, column, to] =
      pick % 2 === 0 ? (['issue', 'plan_id', 'plan'] as const) : (['plan', 'session_id', 'session'] as const);
    const owners = this.#present(clone, ({ type }) => type === from);
    const others = this.#present(clone, ({ type }) => type === to);
    const [owner, other] = [owners[pick % owners.length], others[pick % others.length]];
    if (owner === undefined) return;
    const value = pick % 5 === 0 ? null : (other?.id ?? null);
    this.#looking(clone, () => {
      clone.database.run(`UPDATE ${shapeOf(from).table} SET ${column} = ? WHERE id = ?`, value, owner.id);
      this.#touch(clone, owner);
    });
    this.#say(clone, `edit ${owner.id} ${column} -> ${value ?? 'null'}`);
  }

  // ---- the engine ---------------------------------------------------------------------------------------------------

  #engineOptions(clone: Clone): { projectPath: string; dir: string; actor: string; now: () => number } {
    return { projectPath: PROJECT, dir: clone.dir, actor: clone.name, now: () => this.now(clone) };
  }

  #readJournal(clone: Clone): void {
    for (const [type, id, field, lost] of clone.database.all(`SELECT type, id, field, lost FROM scsync_journal`)) {
      const loss = { field: field === null ? null : String(field), base: null, kept: null, lost: String(lost) };
      for (const value of valuesInLoss(String(type), String(id), loss)) clone.journal.add(value);
    }
  }

  #noteLosses(clone: Clone, losses: readonly FileLoss[]): void {
    for (const { type, id, loss } of losses) for (const value of valuesInLoss(type, id, loss)) clone.journal.add(value);
  }

  #export(clone: Clone, full: boolean): void {
    const stats = this.#exporting(clone, () =>
      new Exporter(clone.database.store, this.#engineOptions(clone)).export({ full }),
    );
    const refused = stats.refused.map(({ id }) => id);
    this.#say(clone, `export${full ? ' --full' : ''}${refused.length > 0 ? ` refused for ${refused.join(', ')}` : ''}`);
  }

  #import(clone: Clone, strategy: MergeStrategy): void {
    const importer = new Importer(clone.database.store, { ...this.#engineOptions(clone), strategy });
    const stats = this.#importing(clone, () => importer.importAll(clone.dir));
    this.#noteRead(clone, stats);
    this.#say(clone, `import ${strategy}${notices(stats.notices)}`);
  }

  #importFile(clone: Clone, pick: number): void {
    const names = [...clone.files().keys()];
    const name = names[pick % names.length];
    if (name === undefined) return;
    const importer = new Importer(clone.database.store, this.#engineOptions(clone));
    const stats = this.#importing(clone, () => importer.importFile(join(clone.dir, name)));
    this.#noteRead(clone, stats, linesOf(clone.files().get(name)));
    this.#say(clone, `import ${name}${notices(stats.notices)}`);
  }

  /** Dry runs, and an import that fails, leave everything as it was. */
  #rehearse(clone: Clone): void {
    const [files, rows] = [clone.files(), clone.database.dump()];
    const { store } = clone.database;
    const importer = new Importer(store, this.#engineOptions(clone));
    new Exporter(store, this.#engineOptions(clone)).export({ dryRun: true });
    importer.importAll(clone.dir, { dryRun: true });
    this.checks += 2;
    if (!sameTree(files, clone.files())) this.fail('P10', `${clone.name}: a dry run changes files`);
    if (!sameTree(rows, clone.database.dump())) this.fail('P10', `${clone.name}: a dry run changes the database`);
    clone.write(new Map([...files, ['time_entries.jsonl', '{"type":"time_entry","id":"bad"}\n']]));
    let failed = false;
    try {
      importer.importAll(clone.dir);
    } catch (error) {
      failed = error instanceof SyncError && error.code === 'bad_input';
    }
    clone.write(files);
    if (!failed) this.fail('P17', `${clone.name}: a bad line did not stop the import`);
    const after = clone.database.dump();
    if (!sameTree(rows, after)) this.fail('P17', `${clone.name}: a failed import changes ${changedNames(rows, after)}`);
    this.#say(clone, 'dry runs');
  }

  #sync(clone: Clone, looksTwice = true): void {
    const outcome = this.#importing(clone, () =>
      this.#exporting(clone, () => {
        const before = clone.lines();
        const done = sync(clone.database.store, this.#engineOptions(clone));
        this.#noteRead(clone, done.import, before);
        return done;
      }),
    );
    clone.hasDiscarded = false;
    this.#say(clone, `sync${notices(outcome.import.notices)}`);
    const { refused } = outcome.export;
    if (refused.length > 0) {
      this.fail('P20', `${clone.name}: sync refused ${refused.map(({ id }) => id).join(', ')}`);
      return;
    }
    this.checks += 3;
    if (outcome.status?.inSync === false && outcome.import.total.orphaned === 0) {
      const { pendingExport, pendingImport } = outcome.status.entities.total;
      this.fail('P20', `${clone.name}: not in sync, ${pendingExport} to export, ${pendingImport} to import`);
    }
    const orphans = outcome.import.notices.filter(({ what }) => what === 'orphaned').map(({ id }) => id);
    this.#checkAgreement(clone, new Set(orphans));
    if (looksTwice) this.#checkFixpoint(clone);
  }

  /** The lines of the files are now known to the database; those that wait for a parent are not. */
  #noteRead(clone: Clone, { notices: list }: ImportStats, lines: readonly string[] = clone.lines()): void {
    const orphans = list.filter(({ what }) => what === 'orphaned').map(({ id }) => `"id":"${id}"`);
    for (const line of lines) if (!orphans.some((id) => line.includes(id))) clone.database.lines.add(line);
    this.#readJournal(clone);
  }

  /** Runs an export: it replaces nothing that the database has not read, and drops no record without a tombstone. */
  #exporting<T>(clone: Clone, body: () => T): T {
    const before = clone.files();
    const result = this.#looking(clone, body);
    const after = clone.files();
    const lines = new Set(clone.lines());
    this.checks += 2;
    for (const line of [...before.values()].flatMap(linesOf)) {
      if (lines.has(line) || clone.database.lines.has(line)) continue;
      this.fail('P1', `${clone.name}: an export overwrote ${line}, which was never read`);
    }
    for (const line of lines) clone.database.lines.add(line);
    const left = new Set(recordLines(after).map(({ type, id }) => `${type}/${id}`));
    const deleted = deletedKeys(after);
    for (const { type, id } of recordLines(before)) {
      const key = `${type}/${id}`;
      if (!left.has(key) && !deleted.has(key))
        this.fail('P2', `${clone.name}: ${key} left the files without a tombstone`);
    }
    return result;
  }

  /** Runs an import: a row goes only if the files have a tombstone of it, or of its session. */
  #importing<T>(clone: Clone, body: () => T): T {
    const before = clone.database.states();
    const deleted = deletedKeys(clone.files());
    const result = this.#looking(clone, body);
    const after = clone.database.states();
    this.checks++;
    for (const [key, state] of before) {
      if (state.kind === 'deleted' || after.get(key)?.kind === 'present') continue;
      if (!deleted.has(key) && !deleted.has(`session/${state.session ?? ''}`)) {
        this.fail('P3', `${clone.name}: an import deleted ${key}, of which the files have no tombstone`);
      }
    }
    return result;
  }

  #checkFixpoint(clone: Clone): void {
    const files = clone.files();
    const rows = clone.database.dump();
    this.#time += 1;
    this.#importing(clone, () => sync(clone.database.store, this.#engineOptions(clone)));
    const again = clone.files();
    if (!sameTree(files, again)) this.fail('P12', `${clone.name}: a second sync changes ${changedNames(files, again)}`);
    const after = clone.database.dump();
    if (!sameTree(rows, after)) this.fail('P12', `${clone.name}: a second sync changes ${changedNames(rows, after)}`);
    const full = new Exporter(clone.database.store, this.#engineOptions(clone)).export({ full: true });
    this.#time -= 1;
    if (full.refused.length > 0) this.fail('P11', `${clone.name}: a full export is refused`);
    const third = clone.files();
    if (!sameTree(again, third)) this.fail('P11', `${clone.name}: a full export changes ${changedNames(again, third)}`);
  }

  /** Says where the rows and the files differ; a line that waits for its parent is no difference. */
  #checkAgreement(clone: Clone, orphans: ReadonlySet<string>): void {
    const states = clone.database.states();
    const lines = new Map(recordLines(clone.files()).map((entry) => [`${entry.type}/${entry.id}`, entry]));
    for (const key of new Set([...states.keys(), ...lines.keys()])) {
      const state = states.get(key);
      const versions = lines.get(key)?.versions ?? [];
      if (orphans.has(key.slice(key.indexOf('/') + 1))) continue;
      if (state?.kind !== 'present') {
        if (versions.length > 0) this.fail('P20', `${clone.name}: ${key} is in the files, and not in the database`);
        continue;
      }
      const [version] = versions;
      if (versions.length !== 1 || version?.kind !== 'line') {
        this.fail('P20', `${clone.name}: ${key} has ${versions.length} lines`);
        continue;
      }
      const found = valuesInLoss(state.type, state.id, { field: null, base: null, kept: null, lost: version.raw });
      const expected = [...state.values].flatMap(([field, values]) =>
        values.map((value) => `${slotOf(key, field)} ${value}`),
      );
      if ([...found].sort().join('\n') !== expected.sort().join('\n')) {
        this.fail('P20', `${clone.name}: ${key} differs in its file: ${found.join(', ')}; row: ${expected.join(', ')}`);
      }
    }
  }

  // ---- git ----------------------------------------------------------------------------------------------------------

  #isClean(clone: Clone): boolean {
    return sameTree(clone.files(), this.git.tree(clone.head));
  }

  #commit(clone: Clone): void {
    if (clone.detachedFrom !== undefined || this.#isClean(clone)) return;
    clone.head = this.git.commit(clone.files(), [clone.head]);
    this.#say(clone, `git commit ${clone.head}`);
  }

  #checkout(clone: Clone, commit: number): void {
    clone.head = commit;
    clone.write(this.git.tree(commit));
  }

  #pull(clone: Clone, other: number, pick: number): void {
    if (clone.detachedFrom !== undefined) return;
    if (this.#options.syncsBeforePull && clone.hasDiscarded) this.#sync(clone);
    this.#commit(clone);
    const { git } = this;
    if (git.isAncestor(other, clone.head)) return;
    if (git.isAncestor(clone.head, other)) {
      this.#checkout(clone, other);
      this.#say(clone, `git pull (fast forward) ${other}`);
      return;
    }
    const base = git.baseTree(clone.head, other, (b, o, t) => mergeTrees(b, o, t).tree);
    const [ours, theirs] = [git.tree(clone.head), git.tree(other)];
    const merged = clone.hasDriver
      ? mergeTrees(base, ours, theirs)
      : mergeAsText(base, ours, theirs, pick % 3 === 0 ? 'keep both' : 'resolve');
    if (clone.hasDriver) this.#checkMerge(base, ours, theirs, merged.tree);
    this.#noteLosses(clone, merged.losses);
    const head = git.commit(merged.tree, [clone.head, other]);
    this.#checkout(clone, head);
    this.#say(clone, `git merge ${other} -> ${head}${clone.hasDriver ? '' : ' (as text)'}`);
  }

  #checkMerge(base: Tree, ours: Tree, theirs: Tree, merged: Tree): void {
    this.checks += 3;
    if (!sameTree(merged, mergeTrees(base, theirs, ours).tree)) this.fail('P6', 'the merge is not commutative');
    for (const side of [ours, theirs]) {
      const same = mergeTrees(base, side, base).tree;
      if (changedNames(same, side) !== '') this.fail('P6', 'merge(b, x, b) is not x');
    }
  }

  #push(clone: Clone): void {
    if (clone.detachedFrom !== undefined || !this.git.isAncestor(this.git.origin, clone.head)) return;
    this.git.origin = clone.head;
    this.#say(clone, `git push ${clone.head}`);
  }

  #rebase(clone: Clone): void {
    if (clone.detachedFrom !== undefined || !clone.hasDriver) return;
    if (this.#options.syncsBeforePull && clone.hasDiscarded) this.#sync(clone);
    this.#commit(clone);
    const { git } = this;
    const upstream = git.origin;
    if (git.isAncestor(upstream, clone.head)) return;
    const theirs = git.ancestors(upstream);
    const todo = [...git.ancestors(clone.head)]
      .filter((commit) => !theirs.has(commit) && git.parents(commit).length === 1)
      .sort((a, b) => a - b);
    let head = upstream;
    for (const commit of todo) {
      const { tree, losses } = mergeTrees(git.tree(git.parents(commit)[0]!), git.tree(head), git.tree(commit));
      this.#noteLosses(clone, losses);
      if (!sameTree(tree, git.tree(head))) head = git.commit(tree, [head]);
    }
    this.#checkout(clone, head);
    this.#say(clone, `git rebase onto ${upstream} -> ${head}`);
  }

  #checkoutOld(clone: Clone, pick: number): void {
    if (clone.detachedFrom !== undefined) return;
    this.#commit(clone);
    const commits = [...this.git.ancestors(clone.head)].sort((a, b) => a - b);
    clone.detachedFrom = clone.head;
    this.#checkout(clone, commits[pick % commits.length]!);
    this.#say(clone, `git checkout ${clone.head}`);
  }

  #checkoutSide(clone: Clone, pick: number): void {
    if (clone.detachedFrom !== undefined) return;
    this.#commit(clone);
    clone.detachedFrom = clone.head;
    this.#checkout(clone, this.clones[pick % this.clones.length]!.head);
    this.#say(clone, `git checkout ${clone.head} (another's)`);
  }

  #checkoutBack(clone: Clone): void {
    const branch = clone.detachedFrom;
    if (branch === undefined) return;
    // Nobody throws away what was edited by hand and never read.
    if (this.#hasUnseen(clone)) this.#sync(clone);
    clone.detachedFrom = undefined;
    clone.hasDiscarded = true;
    this.#checkout(clone, branch);
    this.#say(clone, `git checkout -f ${branch}`);
  }

  #stash(clone: Clone): void {
    if (this.#isClean(clone) || this.#hasUnseen(clone)) return;
    this.#checkout(clone, clone.head);
    clone.hasDiscarded = true;
    this.#say(clone, 'git stash');
  }

  #hasUnseen(clone: Clone): boolean {
    const stats = new Exporter(clone.database.store, this.#engineOptions(clone)).export({ full: true, dryRun: true });
    return stats.refused.length > 0;
  }

  #revert(clone: Clone): void {
    if (clone.detachedFrom !== undefined) return;
    this.#commit(clone);
    const [parent, ...others] = this.git.parents(clone.head);
    if (parent === undefined || parent === 0 || others.length > 0) return;
    this.#checkout(clone, this.git.commit(this.git.tree(parent), [clone.head]));
    this.#say(clone, `git revert -> ${clone.head}`);
  }

  #editFile(clone: Clone, pick: number): void {
    const entries = recordLines(clone.files()).filter(({ versions }) => versions.length === 1);
    const entry = entries[pick % entries.length];
    const version = entry?.versions[0];
    if (entry === undefined || version === undefined) return;
    const { scalars, updated } = shapeOf(entry.type);
    const [field] = scalars;
    const record = JSON.parse(version.raw) as Record<string, unknown>;
    const value = this.#fresh('v');
    const slot = slotOf(`${entry.type}/${entry.id}`, field!);
    const before = String(record[field!]);
    this.knowledge.note(slot, value, new Set([before, ...this.knowledge.pastOf(slot, before)]));
    record[field!] = value;
    if (pick % 2 === 1 && updated !== undefined) record[updated] = this.now(clone);
    const files = clone.files();
    clone.write(
      new Map(
        [...files].map(([name, text]) => [name, text.replace(`${version.raw}\n`, `${JSON.stringify(record)}\n`)]),
      ),
    );
    this.#say(clone, `edit the file: ${entry.id} ${field!} -> ${value}`);
  }

  /** Somebody deletes a line from a file: that is no deletion of the record. */
  #dropLine(clone: Clone, pick: number): void {
    const entries = recordLines(clone.files()).filter(
      ({ versions }) => versions.length === 1 && clone.database.lines.has(versions[0]!.raw),
    );
    const entry = entries[pick % entries.length];
    if (entry === undefined) return;
    clone.write(
      new Map([...clone.files()].map(([name, text]) => [name, text.replace(`${entry.versions[0]!.raw}\n`, '')])),
    );
    this.#say(clone, `drop the line of ${entry.id}`);
  }

  // ---- what happens to databases ------------------------------------------------------------------------------------

  #isShared(clone: Clone): boolean {
    return this.clones.filter(({ database }) => database === clone.database).length > 1;
  }

  #backup(clone: Clone): void {
    this.#sync(clone);
    clone.backup = this.#newDatabase(clone.database);
    this.#say(clone, 'copy the database');
  }

  #restore(clone: Clone): void {
    if (clone.backup === undefined || this.#isShared(clone) || clone.detachedFrom !== undefined) return;
    this.#sync(clone);
    this.#commit(clone);
    clone.database = this.#newDatabase(clone.backup);
    this.#say(clone, 'RESTORE the old copy of the database');
  }

  #dropDatabase(clone: Clone): void {
    if (this.#isShared(clone) || clone.detachedFrom !== undefined) return;
    this.#sync(clone);
    this.#commit(clone);
    clone.database = this.#newDatabase();
    this.#say(clone, 'DELETE the database');
    this.#import(clone, MergeStrategy.ThreeWay);
  }

  /** Another clone's database, used from now on with this clone's files as if they were that clone's. */
  #copyDatabase(clone: Clone, pick: number): void {
    const other = this.clones[pick % this.clones.length]!;
    if (other.database === clone.database || this.#isShared(clone) || clone.detachedFrom !== undefined) return;
    for (const each of [clone, other]) {
      this.#sync(each);
      this.#commit(each);
    }
    clone.database = this.#newDatabase(other.database);
    const own = `SELECT target FROM scsync_targets WHERE dir = ?`;
    for (const table of ['scsync_base', 'scsync_files', 'scsync_targets']) {
      clone.database.run(`DELETE FROM ${table} WHERE target IN (${own})`, clone.dir);
    }
    clone.database.run(`UPDATE scsync_targets SET dir = ? WHERE dir = ?`, clone.dir, other.dir);
    this.#say(clone, `use a COPY of ${other.name}'s database`);
  }

  // ---- the end ------------------------------------------------------------------------------------------------------

  /** All exchange with all until nothing changes any more. Gives the number of rounds that changed something. */
  exchange(most: number): number | undefined {
    this.#isEnding = true;
    for (let round = 0; round < most; round++) {
      const before = this.#everything();
      for (const clone of this.clones) {
        this.#time++;
        this.#checkoutBack(clone);
        this.#sync(clone, false);
        this.#commit(clone);
        this.#pull(clone, this.git.origin, 1);
        this.#sync(clone);
        this.#commit(clone);
        this.#push(clone);
      }
      if (this.#everything() === before) return round;
    }
    return undefined;
  }

  #everything(): string {
    return JSON.stringify([
      this.git.origin,
      ...this.clones.map((clone) => [[...clone.files()], [...clone.database.dump()]]),
    ]);
  }

  /** The states in which the clones came to rest. */
  states(): readonly States[] {
    return this.clones.map(({ database }) => database.states());
  }

  get shapes(): readonly RecordShape[] {
    return SHAPES;
  }
}

function groupValue(column: string, n: number | null): SqlValue {
  if (n === null) return null;
  return column === 'close_reason' ? `reason ${n}` : n;
}

function notices(list: readonly { readonly what: string; readonly id: string }[]): string {
  return list.map(({ what, id }) => `, ${what} ${id}`).join('');
}

/** The records that a tree has tombstones of. */
function deletedKeys(tree: Tree): ReadonlySet<string> {
  return new Set(entriesOf(tree.get(savecontext.deletionsFile)).keys());
}

/** The names of files, or tables, that are not the same. A file without lines is as good as none. */
function changedNames(a: Tree, b: Tree): string {
  return [...new Set([...a.keys(), ...b.keys()])]
    .filter((name) => (a.get(name) ?? '') !== (b.get(name) ?? ''))
    .join(', ');
}
