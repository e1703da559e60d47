/** The version of our own tables; a database with a greater one was used by a newer package. */
export const TABLES_VERSION = 6;

/**
 * Our own tables. They lie in the user's database, so that what sync knows commits together with the rows.
 */
export const TABLES: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS scsync_meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID`,
  // The change log: one row for each write since the last fold. "tbl" is the table of a record or of its children, "key" the record's,
  // "scope" its project or its parent; "at", in Unix milliseconds, stands where the row went away from there, "changed" where no column
  // of the table says when a row was written; "digits" make an id of the number of a new row, and are empty where what the log says
  // was only about to happen.
  `CREATE TABLE IF NOT EXISTS scsync_log (
    n INTEGER PRIMARY KEY, tbl TEXT NOT NULL, key, scope, at INTEGER, changed INTEGER, digits TEXT)`,
  // One row for each record that was ever known, with a number of its own. "seq": the number of its last change, 0 for none;
  // "project": where it was last seen; "counted": a row of a counted set was ever written; "private": it never leaves the database,
  // and its children neither; "unknown": members of its line that this version does not know, as an object.
  // "derived_stamp" and "derived_hash": the stamp that every replica gives the content with that hash, as lines alone say it;
  // an empty hash asks for a new stamp. "local": what the row of the table has in the place of the id, where that is another;
  // "number": the one that it has elsewhere, where its row has another; "holds": a digest of the row, where nothing else tells it from
  // others; "changed": when it was written last, in Unix milliseconds, where no column says so.
  `CREATE TABLE IF NOT EXISTS scsync_records (
    n INTEGER PRIMARY KEY, type TEXT NOT NULL, id TEXT NOT NULL, project TEXT, seq INTEGER NOT NULL DEFAULT 0,
    counted INTEGER NOT NULL DEFAULT 0, private INTEGER NOT NULL DEFAULT 0, unknown TEXT,
    derived_stamp INTEGER, derived_hash TEXT, local, number INTEGER, holds TEXT, changed INTEGER,
    UNIQUE (type, id))`,
  `CREATE INDEX IF NOT EXISTS scsync_records_seq ON scsync_records (seq)`,
  `CREATE UNIQUE INDEX IF NOT EXISTS scsync_records_local ON scsync_records (type, local) WHERE local IS NOT NULL`,
  // Few records have one of these: to learn that one has none takes no look at its row.
  `CREATE INDEX IF NOT EXISTS scsync_records_unknown ON scsync_records (type, id) WHERE unknown IS NOT NULL`,
  `CREATE INDEX IF NOT EXISTS scsync_records_counted ON scsync_records (type, id) WHERE counted = 1`,
  `CREATE INDEX IF NOT EXISTS scsync_records_private ON scsync_records (n) WHERE private = 1`,
  // Deletions. One counts while the project has no such row, else it is the least stamp that the row may have.
  // "deleted_by" is NULL until the next export fills it in; "unknown" holds members of newer versions.
  `CREATE TABLE IF NOT EXISTS scsync_tombstones (
    project TEXT NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL, deleted_at INTEGER NOT NULL, deleted_by TEXT,
    unknown TEXT NOT NULL DEFAULT '{}', PRIMARY KEY (project, type, id)) WITHOUT ROWID`,
  // Export directories. "exported_through": all changes up to this number were looked at.
  `CREATE TABLE IF NOT EXISTS scsync_targets (
    target INTEGER PRIMARY KEY, dir TEXT NOT NULL UNIQUE, project TEXT NOT NULL, exported_through INTEGER NOT NULL DEFAULT 0,
    form TEXT)`,
  // The base: the newest version of a record that the database has taken into account in a target, and the number of
  // the change that the target has. "own": first known here, by an export or as an edit of the files that no commit brought.
  `CREATE TABLE IF NOT EXISTS scsync_base (
    record INTEGER NOT NULL, target INTEGER NOT NULL, seq INTEGER NOT NULL, deleted INTEGER NOT NULL, stamp INTEGER NOT NULL,
    own INTEGER NOT NULL, line TEXT NOT NULL, PRIMARY KEY (record, target))`,
  `CREATE INDEX IF NOT EXISTS scsync_base_deleted ON scsync_base (target) WHERE deleted = 1`,
  // Digests of versions that were taken into account in any target and are no base, or not any more.
  `CREATE TABLE IF NOT EXISTS scsync_seen (digest BLOB PRIMARY KEY, own INTEGER NOT NULL) WITHOUT ROWID`,
  // References and set elements whose target is not here: they count as values of the record.
  `CREATE TABLE IF NOT EXISTS scsync_unresolved (
    type TEXT NOT NULL, id TEXT NOT NULL, field TEXT NOT NULL, ref TEXT NOT NULL, element TEXT NOT NULL,
    PRIMARY KEY (type, id, field, ref)) WITHOUT ROWID`,
  // Files in which every line is the base of its record, by the hash of their bytes; "stretches": which lines make which part of it.
  `CREATE TABLE IF NOT EXISTS scsync_files (
    target INTEGER NOT NULL, name TEXT NOT NULL, hash TEXT NOT NULL, stretches BLOB NOT NULL, PRIMARY KEY (target, name)) WITHOUT ROWID`,
  // Values that lost.
  `CREATE TABLE IF NOT EXISTS scsync_journal (
    n INTEGER PRIMARY KEY AUTOINCREMENT, project TEXT NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL, field TEXT,
    base TEXT, kept TEXT, lost TEXT NOT NULL, why TEXT NOT NULL, at INTEGER NOT NULL)`,
  `CREATE INDEX IF NOT EXISTS scsync_journal_record ON scsync_journal (type, id)`,
];
