#!/usr/bin/env node
// What `sqlite3 FILE SQL` does, with the driver of this package: a machine may lack that program.
import { DatabaseSync } from '@photostructure/sqlite';

const [path = '', sql = ''] = process.argv.slice(2);
const database = new DatabaseSync(path);
if (/^\s*SELECT/i.test(sql)) {
  for (const row of database.prepare(sql).all()) console.log(Object.values(row).join('|'));
} else database.exec(sql);
database.close();
