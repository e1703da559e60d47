import { identifying, numberOf } from '../registry/file.js';
import type { RegistryFile } from '../registry/file.js';
import { names } from './answers.js';
import type { Answers } from './answers.js';
import { identityOf } from './identity.js';
import type { TableIdentity } from './identity.js';
import type { InspectedDatabase, InspectedTable } from './inspected.js';
import { columnNamed, isSameName } from './inspected.js';
import { isEmbedding, isSecret, localReason, mustBeFilled } from './local-columns.js';
import type { Reference } from './references.js';
import { isEmbeddingName, ofOneDatabase } from './words.js';

/** Which tables are synced. */
export interface ChosenTables {
  /** What identifies the rows of each table that is. */
  readonly synced: ReadonlyMap<string, TableIdentity>;
  /** Why each other table is not. */
  readonly local: ReadonlyMap<string, LocalTable>;
}

/** Why a table stays here. */
export interface LocalTable {
  readonly reason: string;
  /** Whether that is a guess, which `--sync` corrects. */
  readonly isGuess: boolean;
  /** Whether it is synced all the same where a row of another table cannot be without one of its rows. */
  readonly yields: boolean;
}

/** What a choice of tables follows from. */
export interface Known {
  readonly db: InspectedDatabase;
  readonly answers: Answers;
  readonly references: readonly Reference[];
  /** The registry that is there already. */
  readonly previous: RegistryFile | undefined;
}

const fact = (reason: string): LocalTable => ({ reason, isGuess: false, yields: false });

const NO_KEY: LocalTable = { ...fact('no key tells its rows apart'), isGuess: true };

/** Chooses the tables to sync. A table that a synced row cannot be without is synced with it. */
export function chooseTables(known: Known): ChosenTables {
  const { db, references } = known;
  const local = new Map<string, LocalTable>();
  const identities = new Map<string, TableIdentity>();
  for (const table of db.tables) {
    const id = identify(table, known);
    if (id !== undefined) identities.set(table.name, id);
    const reason = reasonOf(table, id !== undefined, known) ?? (id === undefined ? NO_KEY : undefined);
    if (reason !== undefined) local.set(table.name, reason);
  }
  const needed = references.filter((reference) => isNeeded(reference, db));
  const refused = new Set([...local].flatMap(([name, { yields }]) => (yields && identities.has(name) ? [] : [name])));
  // Each round takes a table in that was not refused, or refuses one for good: so this ends.
  for (let next = findNeeded(needed, local); next !== undefined; next = findNeeded(needed, local)) {
    const { table, target } = next;
    if (!refused.has(target)) local.delete(target);
    else {
      local.set(table, fact(`it refers to ${target}, which stays here`));
      refused.add(table);
    }
  }
  const isSynced = ([name]: readonly [string, unknown]): boolean => !local.has(name);
  return {
    synced: new Map([...identities].filter(isSynced)),
    local,
  };
}

function identify(table: InspectedTable, known: Known): TableIdentity | undefined {
  const { db, answers, references } = known;
  const isLocal = (name: string): boolean => {
    const column = columnNamed(table, name);
    if (column === undefined) return false;
    const reason = localReason(table, column, answers);
    // A table whose primary key is a secret is none without it.
    return reason === 'told' || (reason !== undefined && !table.primaryKey.includes(name));
  };
  const found = keptIdentity(table, known) ?? identityOf(table, { tables: db.tables, references, isLocal });
  return found ?? (answers.sync.tables.has(table.name) ? { row: true } : undefined);
}

/** What the registry that is there says, where its columns are still there and no answer names one. */
function keptIdentity(table: InspectedTable, { previous, answers }: Known): TableIdentity | undefined {
  const id = previous?.entities.find((entity) => isSameName(entity.table, table.name))?.id;
  if (id === undefined) return undefined;
  const number = numberOf(id);
  const columns = number === undefined ? identifying(id) : [...identifying(id), number];
  const isKept = columns.every(
    (name) =>
      table.columns.some((column) => column.name === name) &&
      ![answers.local.columns, answers.refs].some((marks) => names(marks, table.name, name)),
  );
  if (!isKept || !('of' in id)) return isKept ? id : undefined;
  const target = previous?.entities.find(({ type }) => type === id.of);
  return target && { of: target.table, column: id.column };
}

/** Why a table is not synced, though it could be. */
function reasonOf(table: InspectedTable, hasKey: boolean, known: Known): LocalTable | undefined {
  const { answers, previous } = known;
  const { name } = table;
  if (answers.local.tables.has(name)) return fact('you said so');
  if (answers.sync.tables.has(name)) return undefined;
  if (answers.tables !== undefined)
    return answers.tables.has(name) ? undefined : { ...fact('it is not among the tables to sync'), yields: true };
  if (previous?.entities.some((entity) => isSameName(entity.table, name)) === true) return undefined;
  const guess = guessOf(table, answers);
  const isKept = [...(previous?.local ?? []), ...(previous?.derived ?? [])].some((each) => isSameName(each, name));
  // What was put there for want of a key is still to be asked about.
  return isKept && guess === undefined && hasKey
    ? fact('the registry says so')
    : guess && { ...guess, yields: guess.yields && !isKept };
}

/** Why a table seems to belong to one database alone. */
function guessOf(table: InspectedTable, answers: Answers): LocalTable | undefined {
  const secret = table.primaryKey.find((key) => {
    const column = columnNamed(table, key);
    return column !== undefined && isSecret(table, column, answers);
  });
  if (secret !== undefined) return { ...fact(`its key ${secret} looks like a secret`), isGuess: true };
  const isOfVectors =
    isEmbeddingName(table.name) && table.columns.some((each) => isEmbedding(each) && mustBeFilled(each));
  const says = isOfVectors ? 'vectors that the program makes anew' : ofOneDatabase(table.name);
  return says === undefined ? undefined : { reason: `it looks like ${says}`, isGuess: true, yields: true };
}

/** Whether no row can be without the other one. */
function isNeeded({ table, column, target }: Reference, { tables }: InspectedDatabase): boolean {
  const own = tables.find(({ name }) => name === table);
  const isFilled = columnNamed(own, column)?.isNotNull === true || own?.primaryKey.includes(column) === true;
  return table !== target && isFilled;
}

function findNeeded(needed: readonly Reference[], local: ReadonlyMap<string, LocalTable>): Reference | undefined {
  return needed.find(({ table, target }) => !local.has(table) && local.has(target));
}
