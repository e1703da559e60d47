import { fieldOf } from '../registry/file.js';
import type { FileEntity, FileIdentity } from '../registry/file.js';
import type { Known } from './choose-tables.js';
import type { Decision } from './decide.js';
import { listed } from './findings.js';
import type { Decided, Findings } from './findings.js';
import type { InspectedColumn, InspectedTable } from './inspected.js';
import { columnNamed, isSameName, tableNamed } from './inspected.js';
import { classesIn } from './kinds.js';
import { isEmbedding, localReason, mustBeFilled } from './local-columns.js';
import type { LocalReason } from './local-columns.js';
import { questionsOf } from './questions.js';
import type { Reference } from './references.js';
import { unseenIn } from './unseen.js';

/** Everything that there is to say of a decision. */
export function report(known: Known, decision: Decision, undeclared: readonly Reference[]): Findings {
  const { db } = known;
  const { file, chosen } = decision;
  const entities = file.entities.flatMap((entity) => {
    const table = tableNamed(db.tables, entity.table);
    return table === undefined ? [] : [{ entity, table }];
  });
  return {
    decided: [
      ...entities.flatMap(({ entity, table }) => [
        { says: `${table.name}: synced as ${entity.type}, ${identityWords(entity.id)}` },
        ...ofColumns(entity, table, known),
        ...ofTimesAndKeys(entity).map((says) => ({ says })),
      ]),
      ...ofTriggers(known, decision).map((says) => ({ says })),
      ...[...chosen.local].map(([name, { reason, isGuess }]) => ({
        says: `${name}: stays here, since ${reason}`,
        ...(isGuess && { sync: name }),
      })),
      ...db.moduleTables.map(({ name, of }) => ({
        says: name === of ? `${name}: follows, as a virtual table` : `${name}: follows, as a part of ${of}`,
      })),
    ],
    unseen: unseenIn(entities, db),
    questions: questionsOf(known, decision, undeclared),
  };
}

function identityWords(id: FileIdentity): string {
  if ('columns' in id) return `each row known by ${listed(id.columns)}`;
  if ('of' in id) return `one row for each ${id.of}, by ${id.column}`;
  if ('row' in id) return 'each row known by what it holds';
  if (!('column' in id)) return `each row known by its number ${id.number}`;
  return `each row known by ${id.column}${id.number === undefined ? '' : `, while ${id.number} differs from machine to machine`}`;
}

const REASONS: Readonly<Record<LocalReason, string>> = {
  told: 'since you said so',
  generated: 'since SQLite computes it',
  secret: 'since it looks like a secret',
  embedding: 'since it looks like a vector that the program makes anew',
};

function ofColumns({ fields }: FileEntity, table: InspectedTable, { answers, references }: Known): Decided[] {
  return Object.entries(fields).flatMap(([name, entry]): Decided[] => {
    const column = columnNamed(table, name);
    if (column === undefined) return [];
    const place = `${table.name}.${name}`;
    const { kind, as } = fieldOf(entry);
    if (kind === 'local') {
      const target = references.find((each) => each.table === table.name && each.column === name)?.target;
      return [whyLocal(place, localReason(table, column, answers), target)];
    }
    return [
      ...(as === undefined ? [] : [{ says: `${place}: is called ${as} in a line` }]),
      ...(kind === 'any' && isSurprising(column)
        ? [{ says: `${place}: holds ${classesIn(column)}, so it may hold anything` }]
        : []),
      ...(isEmbedding(column) && mustBeFilled(column)
        ? [{ says: `${place}: is synced though it looks like a vector, since no row can be without it` }]
        : []),
    ];
  });
}

/** Whether a column holds what its declaration does not suggest. Times are often texts in numeric columns. */
function isSurprising({ affinity, values: { classes } }: InspectedColumn): boolean {
  const found = [classes.integer + classes.real, classes.text, classes.blob].filter((count) => count > 0);
  return found.length > 1 || (found.length === 1 && affinity !== 'NUMERIC' && affinity !== 'BLOB');
}

function whyLocal(place: string, reason: LocalReason | undefined, target: string | undefined): Decided {
  const isGuess = reason === 'secret' || reason === 'embedding';
  const other = target === undefined ? 'as the registry says' : `since it refers to ${target}`;
  return {
    says: `${place}: stays here, ${reason === undefined ? other : REASONS[reason]}`,
    ...(isGuess && { sync: place }),
  };
}

function ofTimesAndKeys({ table, created, updated, unique = [] }: FileEntity): string[] {
  return [
    ...(created === null ? [] : [`${table}.${created.column}: says when a row was made (${created.unit})`]),
    ...(updated === null ? [] : [`${table}.${updated.column}: says when a row was last changed (${updated.unit})`]),
    ...unique.map(({ columns, clash }) => {
      const outcome = clash === 'rename' ? 'gets another name' : 'waits';
      return `${table}.${columns.join(', ')}: unique; of two records that clash, one ${outcome}`;
    }),
  ];
}

function ofTriggers({ db }: Known, { file }: Decision): string[] {
  const written = new Map<string, Set<string>>();
  for (const { name, table, columns } of db.triggers) {
    const entity = file.entities.find((each) => isSameName(each.table, table));
    if (entity === undefined) continue;
    const places = columns?.map((column) => `${entity.table}.${column}`) ?? [entity.table];
    for (const place of places) written.set(place, (written.get(place) ?? new Set()).add(name));
  }
  return [...written].map(([place, names]) => {
    const triggers = names.size === 1 ? 'trigger' : 'triggers';
    return `${place}: is written by the program's ${triggers} ${listed([...names])} too`;
  });
}
