import { names } from './answers.js';
import type { Answers } from './answers.js';
import type { InspectedColumn, InspectedTable } from './inspected.js';
import { filled } from './inspected.js';
import { isEmbeddingName, isSecretName } from './words.js';

/** Why a column is not synced. */
export type LocalReason = 'told' | 'generated' | 'secret' | 'embedding';

/** Why a column of a synced table stays here: undefined for one that is synced. */
export function localReason(table: InspectedTable, column: InspectedColumn, answers: Answers): LocalReason | undefined {
  if (column.isGenerated) return 'generated';
  if (names(answers.local.columns, table.name, column.name)) return 'told';
  if (isSecret(table, column, answers)) return 'secret';
  return isEmbedding(column) && !mustBeFilled(column) && !isSynced(table, column, answers) ? 'embedding' : undefined;
}

/** Whether a column holds what nobody else is to see, by its name. */
export function isSecret(table: InspectedTable, column: InspectedColumn, answers: Answers): boolean {
  const { classes } = column.values;
  const isCount = classes.integer + classes.real > 0 || ['INTEGER', 'REAL', 'NUMERIC'].includes(column.affinity);
  return isSecretName(column.name) && !isCount && !isSynced(table, column, answers);
}

/** So many bytes has a BLOB that is made by a program, and none that somebody chose. */
const LARGE = 256;

/** Whether a column holds vectors, which a program can make anew: BLOBs of one large size. */
export function isEmbedding(column: InspectedColumn): boolean {
  const { classes, blobSizes } = column.values;
  if (classes.integer + classes.real + classes.text > 0 || column.affinity !== 'BLOB') return false;
  const [least = 0, greatest = 0] = blobSizes ?? [];
  const isOneSize = classes.blob > 1 && least === greatest && least >= LARGE;
  return isOneSize || (isEmbeddingName(column.name) && filled(column) === classes.blob);
}

/** Whether a row cannot be made without a value of the column. */
export function mustBeFilled({ isNotNull, hasDefault }: InspectedColumn): boolean {
  return isNotNull && !hasDefault;
}

function isSynced(table: InspectedTable, column: InspectedColumn, { sync }: Answers): boolean {
  return names(sync.columns, table.name, column.name);
}
