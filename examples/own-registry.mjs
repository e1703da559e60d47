// A program describes a table of its own, recipes with tags, in a registry, and syncs it.
// Two databases share one folder of files here; in practice git carries the folder.
// The title that lost is in the journal. Run it with: node examples/own-registry.mjs
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { DatabaseSync } from '@photostructure/sqlite'; // or from 'node:sqlite', since Node 22.16
import { Store, coordinate, defineEntity, defineRegistry, integer, key, set, text } from 'savecontext-sync';

const recipe = defineEntity({
  type: 'recipe',
  table: 'recipes',
  file: 'recipes.jsonl',
  idPrefix: 'recipe_',
  scope: { column: 'kitchen' },
  fields: {
    id: key(),
    kitchen: coordinate('scope'),
    title: text(),
    minutes: integer({ nullable: true }),
    made: integer(),
    changed: integer(),
    tags: set({ table: 'recipe_tags', owner: 'recipe', element: { tag: text() } }),
  },
  created: 'made',
  updated: 'changed',
});
const registry = defineRegistry({ entities: [recipe] });

const folder = mkdtempSync(join(tmpdir(), 'own-registry-'));
const dir = join(folder, 'shared');

/** A cook with a database, and a folder that stands for the project. @param {string} name */
function makeCook(name) {
  const kitchen = join(folder, name);
  mkdirSync(kitchen);
  const database = new DatabaseSync(join(kitchen, 'recipes.db'));
  database.exec(`
    CREATE TABLE recipes (id TEXT PRIMARY KEY, kitchen TEXT NOT NULL, title TEXT NOT NULL, minutes INTEGER,
      made INTEGER NOT NULL, changed INTEGER NOT NULL);
    CREATE TABLE recipe_tags (recipe TEXT NOT NULL REFERENCES recipes ON DELETE CASCADE, tag TEXT NOT NULL,
      PRIMARY KEY (recipe, tag));`);
  const store = Store.from(database, { create: true, registry });
  return { kitchen, database, project: store.project(kitchen, { dir, actor: name }) };
}

const ann = makeCook('ann');
const ben = makeCook('ben');
ann.database
  .prepare(`INSERT INTO recipes VALUES ('recipe_1', ?, 'Soup', 30, ?, ?)`)
  .run(ann.kitchen, Date.now(), Date.now());
ann.project.sync();
ben.project.sync();

// Both change the title, where the later edit wins. One changes the minutes, and each adds a tag.
const now = Date.now();
ann.database.prepare(`UPDATE recipes SET title = 'Tomato soup', minutes = 25, changed = ?`).run(now);
ann.database.exec(`INSERT INTO recipe_tags VALUES ('recipe_1', 'quick')`);
ben.database.prepare(`UPDATE recipes SET title = 'Leek soup', changed = ?`).run(now + 1);
ben.database.exec(`INSERT INTO recipe_tags VALUES ('recipe_1', 'winter')`);
ann.project.sync();
ben.project.sync();
ann.project.sync();

const { title, minutes, tags } = JSON.parse(readFileSync(join(dir, 'recipes.jsonl'), 'utf8'));
console.log(`the file: ${title}, ${minutes} minutes, ${JSON.stringify(tags)}`);
for (const { database } of [ann, ben]) console.log(JSON.stringify(database.prepare('SELECT title FROM recipes').all()));
for (const { field, kept, lost } of ben.project.conflicts.list()) {
  console.log(`the journal: ${field} is ${kept}, and ${lost} lost`);
}

ann.database.close();
ben.database.close();
rmSync(folder, { recursive: true });
