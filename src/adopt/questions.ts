import { fieldOf, numberOf } from '../registry/file.js';
import type { FileEntity } from '../registry/file.js';
import type { Known } from './choose-tables.js';
import type { Decision } from './decide.js';
import type { Question } from './findings.js';
import { listed } from './findings.js';
import type { InspectedColumn, InspectedTable } from './inspected.js';
import { columnNamed, filled, tableNamed } from './inspected.js';
import { localReason, mustBeFilled } from './local-columns.js';
import type { Reference } from './references.js';

/** A column of a synced table, with what was decided of it. */
interface DecidedColumn {
  readonly place: string;
  readonly table: InspectedTable;
  readonly column: InspectedColumn;
  readonly kind: string;
}

/** What only a person knows: one question of a kind, however many columns it is of. */
export function questionsOf(known: Known, decision: Decision, undeclared: readonly Reference[]): Question[] {
  const columns = decision.file.entities.flatMap((entity) => columnsOf(entity, known));
  return [...askReferences(columns, decision, undeclared), ...askSecrets(columns, known), ...askPaths(columns)];
}

function columnsOf({ table: name, fields }: FileEntity, { db }: Known): DecidedColumn[] {
  const table = tableNamed(db.tables, name);
  return Object.entries(fields).flatMap(([field, entry]) => {
    const column = columnNamed(table, field);
    if (table === undefined || column === undefined) return [];
    return [{ place: `${table.name}.${column.name}`, table, column, kind: fieldOf(entry).kind }];
  });
}

/** A number of another table that travels as it is would lead to another row. */
function askReferences(
  columns: readonly DecidedColumn[],
  { file, chosen }: Decision,
  undeclared: readonly Reference[],
): Question[] {
  const open = undeclared.filter(({ table, column, target }) => {
    const isNumber = file.entities.some((each) => each.table === table && numberOf(each.id) === column);
    const kind = columns.find(({ place }) => place === `${table}.${column}`)?.kind ?? 'local';
    return chosen.synced.has(target) && (isNumber || !['ref', 'local'].includes(kind));
  });
  if (open.length === 0) return [];
  const places = open.map(({ table, column, target }) => `${table}.${column} to ${target}`);
  return [
    {
      asks: `Do these columns refer to other rows, as every value suggests: ${listed(places)}?`,
      answers: open.map(({ table, column, target }) => ({ option: '--ref', value: `${table}.${column}=${target}` })),
    },
  ];
}

function askSecrets(columns: readonly DecidedColumn[], { answers }: Known): Question[] {
  const open = columns.filter(
    ({ table, column, kind }) =>
      kind === 'local' && column.isNotNull && localReason(table, column, answers) === 'secret',
  );
  if (open.length === 0) return [];
  const places = open.map(({ place }) => place);
  return [
    {
      asks: `May others see ${listed(places)}? The name says secret, and no row can be without a value`,
      answers: places.map((value) => ({ option: '--sync', value })),
    },
  ];
}

/** So many of the texts in a column must look like paths. */
const MOST = 0.8;

function askPaths(columns: readonly DecidedColumn[]): Question[] {
  const open = columns.filter(
    ({ column, kind }) =>
      kind === 'text' &&
      !mustBeFilled(column) &&
      column.values.paths > 0 &&
      column.values.paths >= MOST * filled(column),
  );
  if (open.length === 0) return [];
  const places = open.map(({ place }) => place);
  return [
    {
      asks: `Do the absolute paths in ${listed(places)} mean something on other machines?`,
      answers: places.map((value) => ({ option: '--local', value })),
    },
  ];
}
