import { openDriver } from '../dist/store/drivers/open-driver.js';
import { Prose, Random } from './random.mjs';

const SCHEMA = `
  CREATE TABLE topic (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL);
  CREATE TABLE note (id INTEGER PRIMARY KEY AUTOINCREMENT, topic_id INTEGER NOT NULL REFERENCES topic (id),
    title TEXT NOT NULL, body TEXT, created_at INTEGER NOT NULL);`;

/** So many notes are in a topic. */
const NOTES_OF_TOPIC = 50;

/** The registry of a database that numbers its rows, as `sc-sync adopt` writes it. */
export const NOTES = Object.freeze({
  registry: 1,
  scope: 'database',
  local: [],
  derived: [],
  entities: [
    {
      ...{ type: 'topic', table: 'topic', file: 'topic.jsonl', id: { number: 'id' } },
      ...{ fields: { name: 'text' }, title: 'name', created: null, updated: null },
    },
    {
      ...{ type: 'note', table: 'note', file: 'note.jsonl', id: { number: 'id' } },
      fields: {
        ...{ topic_id: { kind: 'ref', to: 'topic' }, title: 'text' },
        ...{ body: { kind: 'text', null: true }, created_at: 'integer' },
      },
      ...{ title: 'title', created: { column: 'created_at', unit: 'ms' }, updated: null },
    },
  ],
});

/**
 * Makes a database of so many notes and topics together, and an empty one with the same tables.
 *
 * @param {string} full
 * @param {string} empty
 * @param {number} n
 * @param {number} [seed]
 */
export function generateNotes(full, empty, n, seed = 1) {
  const other = openDriver(empty);
  other.exec(SCHEMA);
  other.close();
  const random = new Random(seed);
  const prose = new Prose(random);
  const database = openDriver(full);
  database.exec(SCHEMA);
  const topics = Math.max(1, Math.floor(n / NOTES_OF_TOPIC));
  const addTopic = database.prepare('INSERT INTO topic (name) VALUES (?)');
  const addNote = database.prepare('INSERT INTO note (topic_id, title, body, created_at) VALUES (?, ?, ?, ?)');
  database.exec('BEGIN');
  for (let index = 0; index < topics; index++) addTopic.run(prose.title());
  for (let index = topics; index < n; index++) {
    addNote.run(1 + random.below(topics), prose.title(), prose.value(), Date.UTC(2025, 0, 1) + index * 1000);
  }
  database.exec('COMMIT');
  database.close();
}
