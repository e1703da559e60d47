import type { FileKind } from '../registry/file.js';
import type { InspectedColumn } from './inspected.js';
import { filled } from './inspected.js';

type ScalarKind = Exclude<FileKind, 'ref' | 'local'>;

/** The kind whose values a column of an affinity keeps as they are. */
const BY_AFFINITY: Readonly<Record<InspectedColumn['affinity'], ScalarKind>> = {
  TEXT: 'text',
  INTEGER: 'integer',
  REAL: 'real',
  NUMERIC: 'number',
  BLOB: 'blob',
};

/** The storage classes of the values of a kind. */
const CLASSES: Readonly<Record<ScalarKind, readonly string[]>> = {
  text: ['text'],
  integer: ['integer'],
  real: ['real'],
  number: ['integer', 'real'],
  blob: ['blob'],
  any: ['integer', 'real', 'text', 'blob'],
};

/** What a column holds, by its affinity and the values that are there. */
export function kindOf(column: InspectedColumn): ScalarKind {
  const isFree = column.declared === '' || column.declared.toUpperCase() === 'ANY';
  // A number says nothing of the texts that such a column may get.
  if (isFree || (filled(column) === 0 && column.affinity === 'NUMERIC')) return 'any';
  const kind = BY_AFFINITY[column.affinity];
  return isHeldBy(kind, column) ? kind : 'any';
}

/** Whether a kind allows every value of a column. */
export function isHeldBy(kind: ScalarKind, { values: { classes } }: InspectedColumn): boolean {
  return (['integer', 'real', 'text', 'blob'] as const).every(
    (each) => classes[each] === 0 || CLASSES[kind].includes(each),
  );
}

/** The classes of the values that a column holds, in words. */
export function classesIn({ values: { classes } }: InspectedColumn): string {
  const found = (['integer', 'real', 'text', 'blob'] as const).filter((each) => classes[each] > 0);
  return found.map((each) => WORDS[each]).join(' and ');
}

const WORDS = { integer: 'integers', real: 'reals', text: 'texts', blob: 'BLOBs' } as const;
