/** The version of our own tables; a database with a greater one was used by a newer package. */
export const BOOKKEEPING_VERSION = 2;

/**
 * Our own tables. They lie in the user's database, so that what sync knows commits together with the rows.
 */
export const BOOKKEEPING: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS scsync_meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID`,
  // The change log: one row for each write since the last fold. "tbl" is the table of a record or of its children, "key" the record's,
  // "scope" its project or its parent; "at", in Unix milliseconds, stands where the row went away from there.
  `CREATE TABLE IF NOT EXISTS scsync_log (n INTEGER PRIMARY KEY, tbl TEXT NOT NULL, key, scope, at INTEGER)`,
  // One row for each record that was ever written: the number of its last change, and the project it was last seen in.
  // "counted" says that a row of a counted set was ever written.
  `CREATE TABLE IF NOT EXISTS scsync_marks (
    seq INTEGER PRIMARY KEY, type TEXT NOT NULL, id TEXT NOT NULL, project TEXT, counted INTEGER NOT NULL DEFAULT 0,
    UNIQUE (type, id))`,
  // Deletions. One counts while the project has no such row, else it is the least stamp that the row may have.
  // "deleted_by" is NULL until the next export fills it in; "unknown" holds members of newer versions.
  `CREATE TABLE IF NOT EXISTS scsync_tombstones (
    project TEXT NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL, deleted_at INTEGER NOT NULL, deleted_by TEXT,
    unknown TEXT NOT NULL DEFAULT '{}', PRIMARY KEY (project, type, id)) WITHOUT ROWID`,
  // Export directories. "upto": all changes up to this number were looked at.
  `CREATE TABLE IF NOT EXISTS scsync_targets (
    target INTEGER PRIMARY KEY, dir TEXT NOT NULL UNIQUE, project TEXT NOT NULL, upto INTEGER NOT NULL DEFAULT 0,
    form TEXT)`,
  // The base: the newest version of a record that the database has taken into account in a target, and the number of
  // the change that the target has.
  `CREATE TABLE IF NOT EXISTS scsync_base (
    target INTEGER NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL, seq INTEGER NOT NULL, deleted INTEGER NOT NULL,
    stamp INTEGER NOT NULL, line TEXT NOT NULL, UNIQUE (type, id, target))`,
  `CREATE INDEX IF NOT EXISTS scsync_base_deleted ON scsync_base (target, type, id) WHERE deleted = 1`,
  // Digests of all versions ever taken into account, in any target. "own": first known here, by an
  // export or as an edit of the files that no commit brought.
  `CREATE TABLE IF NOT EXISTS scsync_seen (digest BLOB PRIMARY KEY, own INTEGER NOT NULL DEFAULT 1) WITHOUT ROWID`,
  // Members of lines that this version does not know.
  `CREATE TABLE IF NOT EXISTS scsync_unknown (
    type TEXT NOT NULL, id TEXT NOT NULL, members TEXT NOT NULL, PRIMARY KEY (type, id)) WITHOUT ROWID`,
  // References and set elements whose target is not here: they count as values of the record.
  `CREATE TABLE IF NOT EXISTS scsync_aside (
    type TEXT NOT NULL, id TEXT NOT NULL, field TEXT NOT NULL, ref TEXT NOT NULL, element TEXT NOT NULL,
    PRIMARY KEY (type, id, field, ref)) WITHOUT ROWID`,
  // Versions that an import derived from lines alone, with the stamp that every replica gives them.
  `CREATE TABLE IF NOT EXISTS scsync_derived (
    type TEXT NOT NULL, id TEXT NOT NULL, stamp INTEGER NOT NULL, hash TEXT NOT NULL, PRIMARY KEY (type, id)) WITHOUT ROWID`,
  // Files in which every line is the base of its record, by the hash of their bytes.
  `CREATE TABLE IF NOT EXISTS scsync_files (
    target INTEGER NOT NULL, name TEXT NOT NULL, sha256 TEXT NOT NULL, PRIMARY KEY (target, name)) WITHOUT ROWID`,
  // Records that never leave the database, each with its children.
  `CREATE TABLE IF NOT EXISTS scsync_private (
    type TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (type, id)) WITHOUT ROWID`,
  // Values that lost.
  `CREATE TABLE IF NOT EXISTS scsync_journal (
    n INTEGER PRIMARY KEY AUTOINCREMENT, project TEXT NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL, field TEXT,
    base TEXT, kept TEXT, lost TEXT NOT NULL, why TEXT NOT NULL, at INTEGER NOT NULL)`,
  `CREATE INDEX IF NOT EXISTS scsync_journal_record ON scsync_journal (type, id)`,
];

/** What brings tables of an older version forward: the first statement leads to version 2. */
export const BOOKKEEPING_STEPS: readonly string[] = [
  // Whose an old version is, is not known: as an own one it is never taken for somebody else's.
  `ALTER TABLE scsync_seen ADD COLUMN own INTEGER NOT NULL DEFAULT 1`,
];
