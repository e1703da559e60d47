import { PLAIN, widthOf } from './text-width.js';

/** What stands between two columns. */
const GAP = '  ';
/** No column that can be cut is wider where no terminal says how wide it is, nor narrower where one does. */
const WIDEST = 60;
const NARROWEST = 6;
/** So much of a name is left at least: its beginning names the record too. */
const LEAST_OF_NAME = 20;

/** A column of a table. */
interface Column {
  readonly index: number;
  readonly title: string;
  readonly width: number;
  /** Whether its cells stand at the right, as numbers do. */
  readonly isRight: boolean;
  /** No narrower than this. */
  readonly least: number;
}

/** What a table is laid out by. */
export interface TableShape {
  readonly head: readonly string[];
  /** The columns of numbers. */
  readonly right: readonly number[];
  /** The first rows, or all. */
  readonly sample: readonly (readonly string[])[];
  /** Whether these are all: a column without any text is left out then. */
  readonly isAll: boolean;
  /** The columns of the terminal; undefined where there is none. */
  readonly width: number | undefined;
}

/** Colours a cell of a column. */
type Paint = (text: string, column: number) => string;

/**
 * Lays out the lines of a table, row by row: rows that come later are cut to the widths that the first ones have. Where the columns do not
 * fit beside each other, each cell has a line of its own.
 */
export class Table {
  readonly #columns: readonly Column[];
  /** How wide a line is where the columns do not fit beside each other. */
  readonly #narrow: number | undefined;

  constructor({ head, right, sample, isAll, width }: TableShape) {
    const columns = head.flatMap((title, index): Column[] => {
      const cells = sample.map((row) => row[index] ?? '');
      if (isAll && sample.length > 0 && cells.every((cell) => cell === '')) return [];
      const isRight = right.includes(index);
      const widest = cells.reduce((most, cell) => Math.max(most, widthOf(cell)), widthOf(title));
      // Names are copied, and a part of a number says something else.
      const isWhole = isRight || (index === 0 && width === undefined);
      const least = index === 0 ? LEAST_OF_NAME : NARROWEST;
      const natural = index === 0 || isRight ? widest : Math.min(widest, WIDEST);
      return [{ index, title, width: natural, isRight, least: isWhole ? Infinity : least }];
    });
    this.#columns = width === undefined ? columns : fitted(columns, width);
    this.#narrow = width !== undefined && totalOf(this.#columns) > width ? width : undefined;
  }

  /** The line above the rows, where there is one. */
  head(paint: Paint): string[] {
    const titles = this.#columns.map(({ title }) => title);
    if (this.#narrow !== undefined || titles.every((title) => title === '')) return [];
    return [this.#line(({ title }) => title, paint)];
  }

  /** The lines of a row. */
  row(cells: readonly string[], paint: Paint): string[] {
    const cellOf = ({ index }: Column): string => cells[index] ?? '';
    return this.#narrow === undefined ? [this.#line(cellOf, paint)] : this.#stacked(this.#narrow, cellOf, paint);
  }

  /** The first cell, and below it each other one with its title. */
  #stacked(narrow: number, cellOf: (column: Column) => string, paint: Paint): string[] {
    const [first, ...others] = this.#columns;
    const titles = others.reduce((most, { title }) => Math.max(most, widthOf(title)), 0);
    const before = GAP.length + titles + GAP.length;
    const lines = others
      .filter((column) => cellOf(column) !== '')
      .map((column) => {
        const { index, title, isRight } = column;
        const text = isRight ? cellOf(column) : cut(cellOf(column), Math.max(NARROWEST, narrow - before));
        return `${GAP}${title}${' '.repeat(titles - widthOf(title))}${GAP}${paint(text, index)}`;
      });
    return first === undefined ? lines : [paint(cut(cellOf(first), narrow), first.index), ...lines];
  }

  #line(cellOf: (column: Column) => string, paint: Paint): string {
    const last = this.#columns.at(-1);
    const parts = this.#columns.map((column) => {
      const { index, width, isRight, least } = column;
      const cell = cellOf(column);
      const text = least === Infinity ? cell : cut(cell, width);
      const space = ' '.repeat(Math.max(0, width - widthOf(text)));
      const painted = text === '' ? '' : paint(text, index);
      if (isRight) return `${space}${painted}`;
      return column === last ? painted : `${painted}${space}`;
    });
    return parts.join(GAP).trimEnd();
  }
}

function totalOf(columns: readonly Column[]): number {
  return columns.reduce((sum, { width }) => sum + width, 0) + GAP.length * (columns.length - 1);
}

/** The columns so narrow that they fit, where they can be: the widest give way first. */
function fitted(columns: readonly Column[], width: number): Column[] {
  const widths = columns.map((column) => column.width);
  for (let over = totalOf(columns) - width; over > 0; over--) {
    const free = columns.flatMap(({ least }, i) => ((widths[i] ?? 0) > least ? [i] : []));
    const [widest] = free.sort((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0));
    if (widest === undefined) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return columns.map((column, i) => ({ ...column, width: widths[i] ?? 0 }));
}

/** The beginning of a text that takes no more columns than that. */
function cut(text: string, width: number): string {
  // Of a long text the beginning says enough to know that it is too wide.
  const start = text.length > 4 * width + 64 ? text.slice(0, 4 * width + 64) : text;
  if (start === text && widthOf(text) <= width) return text;
  if (PLAIN.test(start)) return `${start.slice(0, width - 1)}…`;
  let [kept, used] = ['', 0];
  for (const { segment } of new Intl.Segmenter().segment(start)) {
    used += widthOf(segment);
    if (used > width - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}
