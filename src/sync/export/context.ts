import type { RecordChange } from '../../record/change.js';
import type { Content } from '../../record/content.js';
import type { PathForm } from '../../record/version.js';
import type { Registry } from '../../registry/entity.js';
import type { Settings } from '../../files/settings.js';
import type { Tally } from '../stats.js';
import type { Rows } from '../../store/rows.js';
import type { Sql } from '../../store/sql.js';
import type { Target } from '../../store/knowledge/target.js';
import type { Guard, GuardedValues } from './guard.js';
import type { OldFiles } from './old-lines.js';
import type { Progress, RefusedRecord } from './stats.js';

/** Everything that one export is done with. */
export interface ExportRun {
  readonly dir: string;
  readonly settings: Settings;
  readonly actor: string;
  readonly now: number;
  readonly full: boolean;
  readonly force: boolean;
  readonly unpublish: boolean;
  readonly dryRun: boolean;
  readonly onProgress: ((progress: Progress) => void) | undefined;
  readonly guard: Guard | undefined;
  readonly onChange: ((change: RecordChange) => void) | undefined;
}

/** What the parts of one export share. */
export interface ExportContext extends ExportRun {
  readonly sql: Sql;
  readonly registry: Registry;
  readonly rows: Rows;
  readonly target: Target;
  readonly old: OldFiles;
  readonly tally: Tally<{ written: number; deleted: number; unchanged: number }>;
  readonly refused: RefusedRecord[];
  readonly form: PathForm;
  readonly isPrivate: (content: Content) => boolean;
  /** Takes what the files are to get; undefined where nobody looks at it. */
  readonly guarded: GuardedValues | undefined;
  /** Set when a version that was never seen is overwritten. */
  overwrites: boolean;
  /** Set when a record is exported that no trigger saw, so that nothing can be noted of it. */
  hasUnknown: boolean;
}
