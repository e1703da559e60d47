import { versionOf } from '../format/version-of.js';
import type { LineKey } from '../format/line-key.js';
import { fileState } from '../merge/file-state.js';
import { fillLines } from '../merge/missing-fields.js';
import { stateOf } from '../record/change.js';
import type { RecordState } from '../record/change.js';
import type { FileVersion, PathForm, Present } from '../record/version.js';
import type { Registry } from '../registry/entity.js';
import { differingRecords } from './differing-records.js';
import type { LinesOfFile } from './differing-records.js';

/** A record of which two sets of data files do not have the same lines. */
export interface ChangedRecord {
  readonly key: LineKey;
  readonly before: RecordState;
  readonly after: RecordState;
  /** Whether a line of it stands in the files that cannot be read: then nobody knows what became of it. */
  readonly isUnreadable: boolean;
}

/** What differs between two sets of data files. */
export interface ChangedRecords {
  /** In the order of types and ids. */
  readonly records: Iterable<ChangedRecord>;
  /** How many lines there were before that cannot be read; all of them are counted when the records were gone through. */
  readonly unreadable: () => number;
}

/** Says what two sets of data files make of each record of which not all lines are the same. Needs no database. */
export function changedRecords(
  registry: Registry,
  files: { readonly before: LinesOfFile; readonly after: LinesOfFile },
  form: PathForm,
): ChangedRecords {
  const differing = differingRecords(registry, files.before, files.after);
  let { unreadable } = differing;
  const versionsIn = (lines: readonly string[]): Versions => lines.map((line) => versionOf(registry, line));
  function* records(): Generator<ChangedRecord> {
    for (const { key, ...lines } of differing.records) {
      const [old, now] = [versionsIn(lines.before), versionsIn(lines.after)];
      unreadable += old.filter((version) => version === undefined).length;
      yield {
        key,
        before: stateIn(old, now, form),
        after: stateIn(now, old, form),
        isUnreadable: now.includes(undefined),
      };
    }
  }
  return { records: records(), unreadable: () => unreadable };
}

type Versions = readonly (FileVersion | undefined)[];

/** What lines say of a record. What a line of the reference program leaves out is taken from the other side. */
function stateIn(versions: Versions, others: Versions, form: PathForm): RecordState {
  const linesIn = (all: Versions): FileVersion<Present>[] =>
    all.filter((each): each is FileVersion<Present> => each?.kind === 'present');
  const known = linesIn(others).map(({ content }) => content);
  const lines = fillLines(linesIn(versions), known);
  const tombstones = versions.flatMap((each) => (each?.kind === 'deleted' ? [each] : []));
  const { version } = fileState(lines, tombstones, form);
  return version === undefined ? undefined : stateOf(version);
}
