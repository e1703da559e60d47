/** Tables with what few programs do and some program does, each a trait that was once met, or that SQLite allows. */
export const ODD_SCHEMA = `
  CREATE TABLE "order" ("group" INTEGER PRIMARY KEY, "my col" TEXT, "select" REAL, code TEXT, kind TEXT NOT NULL DEFAULT 'plain',
    type TEXT, v INTEGER, content_hash TEXT, double AS (v * 2) VIRTUAL, loud TEXT AS (upper(code)) STORED);
  CREATE UNIQUE INDEX order_code ON "order" (code COLLATE NOCASE);
  CREATE UNIQUE INDEX order_kind ON "order" (kind, v) WHERE v IS NOT NULL;
  CREATE UNIQUE INDEX order_lower ON "order" (lower(type));
  CREATE TABLE line ("order" INTEGER NOT NULL REFERENCES "order" ("group") ON DELETE CASCADE ON UPDATE CASCADE, at INTEGER NOT NULL,
    what BLOB, amount DECIMAL(5, 2), PRIMARY KEY ("order", at)) WITHOUT ROWID;
  CREATE TABLE note (line_order INTEGER, line_at INTEGER, text TEXT, id TEXT PRIMARY KEY NOT NULL,
    FOREIGN KEY (line_order, line_at) REFERENCES line ("order", at) ON DELETE SET NULL);
  CREATE TABLE tree (id INTEGER PRIMARY KEY AUTOINCREMENT, parent INTEGER REFERENCES tree (id) ON DELETE CASCADE,
    uuid TEXT NOT NULL UNIQUE, name TEXT NOT NULL, place INTEGER, updated_at TEXT, UNIQUE (parent, name));
  CREATE TABLE word (word TEXT PRIMARY KEY COLLATE NOCASE, seen INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
  CREATE TABLE strict_one (id INTEGER PRIMARY KEY, a ANY, b BLOB, r REAL NOT NULL DEFAULT 0.5, i INT NOT NULL DEFAULT 1) STRICT;
  CREATE TABLE json_one (id TEXT PRIMARY KEY NOT NULL, body TEXT NOT NULL CHECK (json_valid(body)), flag BOOLEAN CHECK (flag IN (0, 1)));
  CREATE TABLE heap (rowid TEXT, tree INTEGER REFERENCES tree (id) ON DELETE SET NULL, n, at INTEGER);
  CREATE TABLE a_log (id INTEGER PRIMARY KEY, what TEXT, tree INTEGER);
  CREATE VIRTUAL TABLE tree_fts USING fts5 (name, content = tree, content_rowid = id);
  CREATE VIRTUAL TABLE place USING rtree (id, low, high);
  CREATE TRIGGER tree_ai AFTER INSERT ON tree BEGIN INSERT INTO tree_fts (rowid, name) VALUES (NEW.id, NEW.name);
    INSERT INTO a_log (what, tree) VALUES ('new', NEW.id); END;
  CREATE TRIGGER tree_ad AFTER DELETE ON tree BEGIN INSERT INTO tree_fts (tree_fts, rowid, name) VALUES ('delete', OLD.id, OLD.name); END;
  CREATE TRIGGER tree_au AFTER UPDATE ON tree BEGIN INSERT INTO tree_fts (tree_fts, rowid, name) VALUES ('delete', OLD.id, OLD.name);
    INSERT INTO tree_fts (rowid, name) VALUES (NEW.id, NEW.name); END;
  CREATE VIEW tops AS SELECT id, name FROM tree WHERE parent IS NULL;
  CREATE TRIGGER tops_new INSTEAD OF INSERT ON tops BEGIN INSERT INTO tree (uuid, name) VALUES ('of ' || NEW.name, NEW.name); END;`;

const ROWS = 12;
const rows = (insert: string): string =>
  `WITH n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ${ROWS}) INSERT INTO ${insert} FROM n;`;

/** A few rows in each of them. */
export const ODD_ROWS = [
  rows(`"order" ("group", "my col", "select", code, kind, type, v, content_hash)
    SELECT n * 3, iif(n % 4, 'text ' || n, NULL), n / 4.0, 'c' || n, 'k' || (n % 3), 't' || n, iif(n % 2, n, NULL), 'h' || n`),
  rows(`line SELECT n * 3, n % 3, iif(n % 2, zeroblob(n % 5), NULL), n * 1.25`),
  rows(`note SELECT n * 3, n % 3, 'about ' || n, 'note ' || n`),
  rows(`tree (parent, uuid, name, place, updated_at)
    SELECT iif(n > 3, n / 3, NULL), printf('%08x-0000-4000-8000-%012x', n, n), 'tree ' || n, n, '2024-01-02 03:04:' || (10 + n)`),
  rows(`word SELECT 'Word' || n, n`),
  rows(`strict_one SELECT n, iif(n % 3, iif(n % 2, 'a' || n, n), n + 0.5), zeroblob(n % 3), n / 8.0, n`),
  rows(`heap SELECT 'h' || n % 2, iif(n % 3, n, NULL), iif(n % 4, 'x', n / 2.0), n % 3`),
  rows(`json_one SELECT 'j' || n, json_object('n', n), n % 2`),
].join('\n');
