import type { FileTime, TimeUnit } from '../registry/file.js';
import type { InspectedColumn } from './inspected.js';
import { filled } from './inspected.js';
import { isTimeName } from './words.js';

/** What the numbers of a time lie between, from 2000 to 2100. */
const RANGES: readonly (readonly [unit: TimeUnit, least: number, greatest: number])[] = [
  ['s', 946_684_800, 4_102_444_800],
  ['ms', 946_684_800e3, 4_102_444_800e3],
  ['us', 946_684_800e6, 4_102_444_800e6],
  ['ns', 946_684_800e9, 4_102_444_800e9],
  ['julian', 2_451_544, 2_488_070],
  ['webkit', 12_591_158_400e6, 15_746_918_400e6],
];

/** The column that says when a row was made or last changed: plainly by its name, and by every value. */
export function findTime(columns: readonly InspectedColumn[], what: 'created' | 'updated'): FileTime | null {
  const found = columns.flatMap((column) => {
    const unit = isTimeName(column.name, what) ? unitOf(column) : undefined;
    return unit === undefined ? [] : [{ column: column.name, unit }];
  });
  // A number is a moment; a text may leave out its zone.
  return found.find(({ unit }) => unit !== 'iso') ?? found[0] ?? null;
}

function unitOf(column: InspectedColumn): TimeUnit | undefined {
  const { classes, numbers, dates } = column.values;
  const count = filled(column);
  if (count === 0 || classes.null > 0) return undefined;
  if (dates === count) return 'iso';
  if (numbers === undefined || classes.text + classes.blob > 0) return undefined;
  return RANGES.find(([, least, greatest]) => numbers[0] >= least && numbers[1] <= greatest)?.[0];
}
