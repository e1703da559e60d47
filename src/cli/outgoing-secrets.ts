import { SyncError } from '../errors.js';
import { GuardedValues, newValues } from '../sync/export/guard.js';
import type { Guard, GuardFinding, NewValue } from '../sync/export/guard.js';
import type { MadeMerge } from '../git/merge-upstream.js';
import { readOutgoing } from '../git/outgoing.js';
import type { OutgoingCommit } from '../git/outgoing.js';
import type { FileVersion } from '../record/version.js';
import type { Registry } from '../registry/entity.js';
import type { KnownNoSecrets } from '../files/settings.js';
import { versionOf } from '../format/version-of.js';
import { describeFinding } from './refusal.js';

/**
 * Looks at every value that commits of this clone would bring to a remote in the export directory, and at who made them: another program
 * may have written the files, or somebody by hand. Throws `secret_found`.
 */
export function refuseOutgoingSecrets(merge: MadeMerge, registry: Registry, guard: Guard, known: KnownNoSecrets): void {
  const found: GuardFinding[] = [];
  const values = new GuardedValues(guard, known, (finding) => found.push(finding));
  for (const commit of readOutgoing(merge)) values.add(valuesOfCommit(registry, commit));
  values.flush();
  if (found.length === 0) return;
  throw new SyncError('secret_found', 'Nothing was pushed: commits of this clone have values that look like secrets', {
    details: [...new Set(found.map(describeFinding))],
    hint: `change the records, git reset --soft to what ${merge.upstream.remote} has, and push again; --allow-secret <record> lets those of a record out`,
  });
}

/** The values that a commit brought into the folder, and its author. What is no record is a text as it is, all that came into one file together. */
function valuesOfCommit(registry: Registry, { commit, author, changes }: OutgoingCommit): NewValue[] {
  const before = new Map<string, FileVersion[]>();
  const removed = new Set<string>();
  for (const { line } of changes.filter(({ sign }) => sign === '-')) {
    removed.add(line);
    const version = versionOf(registry, line);
    if (version !== undefined) before.set(keyOf(version), [...(before.get(keyOf(version)) ?? []), version]);
  }
  const others = new Map<string, string>();
  const values = changes.flatMap(({ sign, line, file }): NewValue[] => {
    if (sign === '-' || removed.has(line)) return [];
    const version = versionOf(registry, line);
    if (version !== undefined) return newValues(version, before.get(keyOf(version)) ?? []);
    others.set(file, `${others.get(file) ?? ''}${line}\n`);
    return [];
  });
  return [
    { type: 'the commit', id: commit.slice(0, 12), field: 'author', name: 'author', text: author },
    ...[...others].map(([file, text]) => ({ type: 'a line of', id: file, field: 'text', name: 'text', text })),
    ...values,
  ];
}

function keyOf({ type, id }: FileVersion): string {
  return `${type} ${id}`;
}
