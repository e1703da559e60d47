import { SyncError } from '../errors.js';
import { GuardedValues, newValues } from '../export/guard.js';
import type { Guard, GuardFinding, NewValue } from '../export/guard.js';
import type { MadeMerge } from '../git/merge-upstream.js';
import { readOutgoing } from '../git/outgoing.js';
import type { ChangedLine } from '../git/patch.js';
import type { FileVersion, Present } from '../record/version.js';
import type { Registry } from '../registry/entity.js';
import { versionOf } from '../store/versions.js';
import { describeFinding } from './refusal.js';

/**
 * Looks at every value that commits of this clone would bring to a remote: another program may have written the files, or somebody by
 * hand. Throws `secret_found`.
 */
export function refuseOutgoingSecrets(merge: MadeMerge, registry: Registry, guard: Guard): void {
  const found: GuardFinding[] = [];
  const values = new GuardedValues(guard, (finding) => found.push(finding));
  for (const changes of readOutgoing(merge)) values.add(valuesOfCommit(registry, changes));
  values.flush();
  if (found.length === 0) return;
  throw new SyncError('secret_found', 'nothing was pushed: commits of this clone have values that look like secrets', {
    details: [...new Set(found.map(describeFinding))],
    hint: `change the records, then git reset --soft to what ${merge.upstream.remote} has, and push again; --allow-secret ${found[0]?.id ?? ''} lets one out`,
  });
}

/** The values that a commit brought into data files. A line that is no record's is a value as it is. */
function valuesOfCommit(registry: Registry, changes: readonly ChangedLine[]): NewValue[] {
  const before = new Map<string, FileVersion<Present>[]>();
  const removed = new Set<string>();
  for (const { line } of changes.filter(({ sign }) => sign === '-')) {
    removed.add(line);
    const version = versionOf(registry, line);
    if (version?.kind === 'present') before.set(keyOf(version), [...(before.get(keyOf(version)) ?? []), version]);
  }
  return changes.flatMap(({ sign, line, file }): NewValue[] => {
    if (sign === '-' || removed.has(line) || !file.endsWith('.jsonl')) return [];
    const version = versionOf(registry, line);
    if (version?.kind !== 'present') return [{ type: 'a line of', id: file, field: 'text', name: 'text', text: line }];
    return newValues(version.content, version.form, before.get(keyOf(version)) ?? []);
  });
}

function keyOf({ type, id }: Present): string {
  return `${type} ${id}`;
}
