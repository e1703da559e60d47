import { fieldOf, identifying, numberOf } from '../registry/file.js';
import type { FileEntity, FileField, FileIdentity, FileKind, FileTime, FileUnique } from '../registry/file.js';
import { names } from './answers.js';
import type { Answers } from './answers.js';
import type { InspectedColumn, InspectedTable } from './inspected.js';
import { isHeldBy } from './kinds.js';

interface KeepContext {
  readonly table: InspectedTable;
  readonly answers: Answers;
  /** The types that there are now. */
  readonly types: ReadonlySet<string>;
}

/** An entity as it was, with the columns that are new, without those that are gone, and with what an answer says. */
export function keepEntity(old: FileEntity, fresh: FileEntity, context: KeepContext): FileEntity {
  const { table, answers, types } = context;
  const { name: own } = table;
  const isSameKey = isSameIdentity(old.id, fresh.id);
  const id = isSameKey ? old.id : fresh.id;
  const number = numberOf(id);
  // What was kept here stays here, also where the key is another one now.
  const isDecidedAnew = (name: string): boolean =>
    (!isSameKey && identifying(id).includes(name)) ||
    [answers.local.columns, answers.sync.columns, answers.refs].some((marks) => names(marks, own, name));
  const fieldIn = ({ fields }: FileEntity, name: string): FileKind | FileField | undefined =>
    Object.hasOwn(fields, name) ? fields[name] : undefined;
  const entries = table.columns.flatMap((column) => {
    const { name } = column;
    if (name === number) return [];
    const known = isDecidedAnew(name) ? undefined : fieldIn(old, name);
    return [
      [name, known !== undefined && isSound(known, column, types) ? known : (fieldIn(fresh, name) ?? 'local')] as const,
    ];
  });
  const fields = Object.fromEntries(entries);
  const isSynced = (name: string): boolean =>
    Object.hasOwn(fields, name) && fieldOf(fields[name] ?? 'local').kind !== 'local';
  const { unique = [], title, ...rest } = old;
  const keptUnique = [...unique, ...newKeys(unique, fresh.unique ?? [])].filter(({ columns }) =>
    columns.every((name) => isSynced(name) || name === number),
  );
  const keptTime = (time: FileTime | null): FileTime | null => (time !== null && isSynced(time.column) ? time : null);
  return {
    type: rest.type,
    table: rest.table,
    file: rest.file,
    id,
    fields,
    ...(keptUnique.length > 0 && { unique: keptUnique }),
    ...(title !== undefined && isSynced(title) && { title }),
    created: keptTime(rest.created),
    updated: keptTime(rest.updated),
  };
}

/** Whether two entities are identified in the same way. */
export function isSameIdentity(a: FileIdentity, b: FileIdentity): boolean {
  const [one, other] = [a, b].map((id) => JSON.stringify(Object.entries(id).sort()));
  return one === other;
}

/** Whether a field refers to nothing that is gone, and allows every value that is there. */
function isSound(entry: FileKind | FileField, column: InspectedColumn, types: ReadonlySet<string>): boolean {
  const { kind, to, null: isNullable = false } = fieldOf(entry);
  if (kind === 'local') return true;
  if (column.values.classes.null > 0 && !isNullable) return false;
  return kind === 'ref' ? types.has(to ?? '') : isHeldBy(kind, column);
}

/** The unique keys that nothing is said of yet. */
export function newKeys(known: readonly FileUnique[], found: readonly FileUnique[]): readonly FileUnique[] {
  const textOf = ({ columns }: FileUnique): string => [...columns].sort().join('\0');
  const texts = new Set(known.map(textOf));
  return found.filter((key) => !texts.has(textOf(key)));
}
