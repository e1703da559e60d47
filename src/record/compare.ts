import { elementsByKey } from './content.js';
import type { Content } from './content.js';

/** What differs in one field: its tokens before and after, or the elements of a set that came and went. */
export type FieldChange =
  | { readonly field: string; readonly from: string; readonly to: string }
  | { readonly field: string; readonly added: readonly string[]; readonly removed: readonly string[] };

/** The fields in which two contents of one record differ, as canonical JSON tokens; `null` stands for no value. */
export function compareContents(before: Content, after: Content): FieldChange[] {
  const changes: FieldChange[] = [];
  for (const { name, field, index } of after.entity.synced) {
    const from = before.tokens[index] ?? 'null';
    const to = after.tokens[index] ?? 'null';
    if (from === to) continue;
    if (field.kind === 'set') {
      const [old, now] = [elementsByKey(field.set, from), elementsByKey(field.set, to)];
      const added = [...now].flatMap(([key, token]) => (old.get(key) === token ? [] : [token]));
      const removed = [...old].flatMap(([key, token]) => (now.get(key) === token ? [] : [token]));
      changes.push({ field: name, added, removed });
    } else changes.push({ field: name, from, to });
  }
  const [old, now] = [new Map(before.unknown), new Map(after.unknown)];
  for (const field of new Set([...old.keys(), ...now.keys()])) {
    const [from, to] = [old.get(field) ?? 'null', now.get(field) ?? 'null'];
    if (from !== to) changes.push({ field, from, to });
  }
  return changes;
}
