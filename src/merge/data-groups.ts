import { isConflictMarker } from './conflict-marker.js';
import { LineError, parseLine } from '../format/parse.js';
import { compareUtf8 } from '../record/order.js';
import { entityOfType } from '../registry/entity.js';
import type { Registry } from '../registry/entity.js';
import type { Sides } from './field.js';

/** One of the three versions of a file. */
export type Side = keyof Sides<string>;

/** The data file that is merged. */
export interface DataFile {
  readonly registry: Registry;
  /** Its name, without a folder. */
  readonly name: string;
  /** The key of a line that begins as lines of this file do, found without parsing it; undefined for any other line. */
  readonly keyOf: (raw: string) => { readonly type: string; readonly id: string } | undefined;
  /** The latest stamp that counts; any where it is left out. */
  readonly latest?: number;
  /** How long conflict markers are. */
  readonly markerSize?: number | undefined;
}

/** The lines that each side has of one record, without their ends. */
export interface Group extends Sides<string[]> {
  /** Undefined for lines that are no known record's; those are compared by their bytes alone. */
  readonly key: { readonly type: string; readonly id: string } | undefined;
  /** False when what the base has lies between conflict markers: a virtual base may have them. */
  hasBase: boolean;
}

/** The lines of three sides, by record, in the order in which a file has them. */
export interface Groups {
  readonly inOrder: readonly Group[];
  /** Where conflict markers stand in ours or theirs, as `ours:12`. */
  readonly markers: readonly string[];
}

/** Lines that stand last: what belongs into another file, then what no key is known of. */
const PLACES = { home: '0', records: '1', deletions: '2', keyless: '3' } as const;

/** The lines of a text without their ends; blank ones are none. */
export function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line))
    .filter((line) => line !== '');
}

/** Brings together what three sides have of each record. */
export function groupLines(file: DataFile, sides: Sides<readonly string[]>): Groups {
  const groups = new Map<string, Group>();
  const markers: string[] = [];
  for (const side of ['base', 'ours', 'theirs'] as const) {
    let isInConflict = false;
    for (const [index, raw] of sides[side].entries()) {
      if (isConflictMarker(raw)) {
        isInConflict = !raw.startsWith('>');
        if (side !== 'base') markers.push(`${side}:${index + 1}`);
        continue;
      }
      const group = groupOf(file, groups, raw);
      group[side].push(raw);
      if (isInConflict) group.hasBase = false;
    }
  }
  const inOrder = [...groups].sort(([a], [b]) => compareUtf8(a, b)).map(([, group]) => group);
  return { inOrder, markers };
}

function groupOf(file: DataFile, groups: Map<string, Group>, raw: string): Group {
  const begun = file.keyOf(raw);
  const [place, key] = begun === undefined ? placeOf(file, raw) : ['home' as const, begun];
  const rest = key === undefined ? raw : `${key.type}\0${key.id}`;
  const name = `${PLACES[place]}${rest}`;
  let group = groups.get(name);
  if (group === undefined) groups.set(name, (group = { base: [], ours: [], theirs: [], key, hasBase: true }));
  return group;
}

function placeOf({ registry, name }: DataFile, raw: string): readonly [keyof typeof PLACES, Group['key']] {
  try {
    const version = parseLine(registry, raw);
    if (version.kind === 'unknown') return ['keyless', undefined];
    const isDeleted = version.kind === 'deleted';
    const home = isDeleted ? registry.deletionsFile : entityOfType(registry, version.type)?.file;
    if (home === name) return ['home', version];
    return [isDeleted ? 'deletions' : 'records', version];
  } catch (error) {
    if (!(error instanceof LineError)) throw error;
    return ['keyless', undefined];
  }
}
