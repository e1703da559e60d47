import { join } from 'node:path';

import { fileIdentity } from '../../files/file.js';
import type { FileSet } from '../../files/file-set.js';
import type { FileDigest } from '../../files/stretches.js';
import { CONFLICTS_FILE } from '../../registry/names.js';
import { writeSettled } from '../../store/knowledge/settled-files.js';
import { keepHere } from '../../store/knowledge/shared-losses.js';
import type { Target } from '../../store/knowledge/target.js';
import type { Sql } from '../../store/sql.js';
import { MISSING, conflictLines, conflictsDigest, planConflicts } from '../shared-conflicts.js';
import type { AddedLine } from '../shared-conflicts.js';
import type { ExportContext } from './context.js';
import { findingsOf, valuesOfLoss } from './guard.js';
import { stageFile } from './stage-file.js';
import type { WrittenFile } from './stage-file.js';

/** What becomes of the file of conflicts. */
export interface StagedConflicts {
  readonly written: readonly WrittenFile[];
  /** How many lines are new, or say now that their value was taken or dropped. */
  readonly shared: number;
  /** Entries that the guard keeps in the database. */
  readonly keptHere: readonly string[];
  /** The file that says what the journal does; undefined where none does. */
  readonly settled: FileDigest | undefined;
  /** False once somebody else wrote the file. */
  readonly isUnchanged: () => boolean;
}

/**
 * Writes the file of conflicts beside the one that is there, where the journal or the file changed since they were found to say the same, or
 * the settings did, which say what is private.
 */
export function stageConflicts(context: ExportContext, files: FileSet, isNewlySet: boolean): StagedConflicts {
  const path = join(context.dir, CONFLICTS_FILE);
  const identity = fileIdentity(path);
  const isUnchanged = (): boolean => fileIdentity(path) === identity;
  const { digest, isSettled } = conflictsDigest(context);
  const asIs = { written: [], shared: 0, keptHere: [], isUnchanged };
  if (isSettled && !isNewlySet) return { ...asIs, settled: digest };
  const plan = planConflicts(context);
  if (plan === undefined) return { ...asIs, settled: undefined };
  const keptHere = findSecrets(context, plan.added);
  const file = stageFile(context, files, {
    name: CONFLICTS_FILE,
    old: digest === MISSING ? undefined : digest.hash,
    mayWrite: () => context.guarded?.flush() !== false,
    write: (to) => {
      for (const line of conflictLines(context.sql, keptHere)) to.write(line);
      for (const line of plan.tail) to.write(line);
    },
  });
  return {
    written: file === undefined ? [] : [file],
    shared: plan.added.length - keptHere.size + plan.closed,
    keptHere: [...keptHere],
    settled: plan.isReadable ? (file?.digest ?? digest) : undefined,
    isUnchanged,
  };
}

/** An entry with a value that must not get into a file stays here, and keeps nothing else from being exported. */
function findSecrets({ guard, settings }: ExportContext, added: readonly AddedLine[]): Set<string> {
  if (guard === undefined) return new Set();
  const { records, texts } = settings.secrets;
  const asked = added.filter(({ entry }) => !records.some(({ type, id }) => type === entry.type && id === entry.id));
  const values = asked.flatMap(({ id, entry }) => valuesOfLoss(entry, entry).map((value) => ({ ...value, field: id })));
  return new Set(values.length === 0 ? [] : findingsOf(guard, values, texts).map(({ field }) => field));
}

/** Commits what the file and the journal agree on now. */
export function settleConflicts(sql: Sql, target: Target, { settled, keptHere }: StagedConflicts): void {
  for (const id of keptHere) keepHere(sql, id);
  // Of what never was nothing is noted.
  if (settled !== MISSING || keptHere.length > 0) writeSettled(sql, target, CONFLICTS_FILE, settled);
}
