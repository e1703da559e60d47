import { compareUtf8 } from '../record/order.js';
import { quote, unquote } from '../record/json.js';
import { literalPattern } from '../record/literal-pattern.js';
import { LIMITS, fitsInto } from '../record/limits.js';
import type { Registry } from '../registry/entity.js';
import { CONFLICTS_FILE } from '../registry/names.js';

/** What a line of a sorted file is sorted by: its id in a record's file, type and id in the file of deletions. */
export interface LineKey {
  readonly type: string;
  readonly id: string;
}

/** The order of lines in files. */
export function compareKeys(a: LineKey, b: LineKey): number {
  return compareUtf8(a.type, b.type) || compareUtf8(a.id, b.id);
}

/** An id, not longer than one may be: an expression without an end for it would run out of stack. */
const STRING = String.raw`"((?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u(?!0000)[0-9a-fA-F]{4})){0,${LIMITS.idBytes}})"`;

/** How a line of the file of conflicts begins: its id is a hash, and no record has it. */
const CONFLICT = /^\{"id":"([0-9a-f]{32})"[,}]/;

/**
 * Reads the key of a line that begins as this package writes lines of that file, without parsing it; gives
 * undefined for any other line.
 */
export function keyReader(registry: Registry, file: string): (raw: string) => LineKey | undefined {
  const keyIn = (type: string, written: string | undefined): LineKey | undefined => {
    const id = unquote(`"${written ?? ''}"`);
    return fitsInto(id, LIMITS.idBytes) ? { type, id } : undefined;
  };
  if (file === CONFLICTS_FILE) {
    return (raw) => {
      const id = CONFLICT.exec(raw)?.[1];
      return id === undefined ? undefined : { type: '', id };
    };
  }
  if (file === registry.deletionsFile) {
    const pattern = new RegExp(`^\\{"entity_type":"([^"\\\\]*)","entity_id":${STRING}`);
    const types = new Set(registry.entities.map((entity) => entity.type));
    return (raw) => {
      const match = pattern.exec(raw);
      return match?.[1] === undefined || !types.has(match[1]) ? undefined : keyIn(match[1], match[2]);
    };
  }
  const entity = registry.entities.find((candidate) => candidate.file === file);
  if (entity === undefined) return () => undefined;
  const { type } = entity;
  const pattern = new RegExp(`^${literalPattern(`{"type":${quote(type)},${quote(entity.key)}:`)}${STRING}`);
  return (raw) => {
    const match = pattern.exec(raw);
    return match === null ? undefined : keyIn(type, match[1]);
  };
}

/** The names of the files that a registry's records and deletions lie in. */
export function fileNames(registry: Registry): string[] {
  return [...new Set(registry.entities.map((entity) => entity.file)), registry.deletionsFile];
}

/** The file that a version of a type belongs into. */
export function fileOfType(registry: Registry, type: string): string {
  return registry.entities.find((entity) => entity.type === type)?.file ?? registry.deletionsFile;
}
