import { Argument } from 'commander';

import { SyncError } from '../../errors.js';
import type { Content } from '../../record/content.js';
import { toJson } from '../../record/object.js';
import type { RecordObject } from '../../record/object.js';
import type { Entity } from '../../registry/entity.js';
import { Records } from '../../sync/records.js';
import { EXIT } from '../exit-codes.js';
import { changesTo, decodeUtf8, readAssignment, readObject } from '../field-values.js';
import { isScope } from '../is-scope.js';
import { ExactJson, jsonText } from '../json-text.js';
import { data } from '../outcome.js';
import type { Outcome } from '../outcome.js';
import { fieldsOfAll } from '../field-list.js';
import { type } from '../options.js';
import type { Invocation, Verb } from '../verb.js';

export const verb: Verb = {
  about: [
    'Without an id a new one is made. A value is read by the type of its field: null is null, a set is a JSON',
    'array, @file is the content of a file, and @@ begins a text with an @. A lone - reads the record as JSON',
    'from standard input. updated_at becomes now; fields that keep their values are no edit.',
    '',
    ...fieldsOfAll(),
  ].join('\n'),
  arguments: [type(), new Argument('[words...]', '[id] field=value ..., or [id] - for JSON from standard input')],
  examples: [
    [`sc-sync put issue title='Login fails' priority=1 'labels=["bug"]'`, 'a new issue'],
    ['sc-sync put issue issue_1 status=closed details=null', 'changes two fields'],
    ['sc-sync put plan plan_1 content=@plan.md', 'a text from a file'],
    ['sc-sync get memory mem_1 --json | sc-sync --db other.db put memory -', 'a record from elsewhere'],
  ],
  run,
};

/** Makes a record or changes fields of one. */
async function run({ session, args: [type = '', ...words] }: Invocation): Promise<Outcome> {
  const { projectPath } = session.place();
  const records = new Records(session.store(), projectPath);
  const entity = records.entity(type);
  const hasId = words[0] !== undefined && words[0] !== '-' && !words[0].includes('=');
  const given = hasId ? words.slice(1) : words;
  if (given.length === 0) {
    throw new SyncError('usage', `put ${type}: expected field=value, or - to read JSON from standard input`);
  }
  const values = await readValues(entity, given, (path) => session.resolve(path));
  const id = idOf(entity, hasId ? words[0] : undefined, values);
  const before = id === undefined ? undefined : records.get(type, id);
  const others = withoutScope(entity, values, projectPath);
  const changes = before === undefined ? others : changesTo(before, others);
  const isSame = before !== undefined && Object.keys(changes).length === 0;
  const after = isSame ? before : readBack(records, records.put(type, id, changes));
  const action = before === undefined ? 'created' : isSame ? 'unchanged' : 'changed';
  return {
    status: EXIT.done,
    json: { action, record: new ExactJson(toJson(after)) },
    text: [data(`${action} ${type} ${after.id}`)],
  };
}

async function readValues(
  entity: Entity,
  words: readonly string[],
  pathOf: (path: string) => string,
): Promise<RecordObject> {
  if (words.length === 1 && words[0] === '-') return readObject(decodeUtf8(await readInput(), 'standard input'));
  const assignments = words.map((word) => readAssignment(entity, word, pathOf));
  const twice = assignments.find(({ name }, index) => assignments.findIndex((other) => other.name === name) < index);
  if (twice !== undefined) throw new SyncError('usage', `${twice.name} is given twice`);
  return Object.fromEntries(assignments.map(({ name, value }) => [name, value]));
}

async function readInput(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

/** The id, from the call or from the values; they must not contradict it, nor name another type. */
function idOf(entity: Entity, given: string | undefined, values: RecordObject): string | undefined {
  const { type } = values;
  if (type !== undefined && type !== entity.type) {
    throw new SyncError('bad_input', `type: expected ${JSON.stringify(entity.type)}, found ${JSON.stringify(type)}`);
  }
  const named = values[entity.key];
  if (named === undefined) return given;
  if (typeof named !== 'string' || (given !== undefined && given !== named)) {
    throw new SyncError('bad_input', `${entity.key}: expected ${given ?? 'a text'}, found ${jsonText(named)}`);
  }
  return named;
}

/** A record stays in its project, so its coordinates are not taken from what is put. */
function withoutScope(entity: Entity, values: RecordObject, projectPath: string): RecordObject {
  const scoped = new Set(entity.synced.filter(({ field }) => isScope(field)).map(({ name }) => name));
  const moved = Object.entries(values).find(
    ([name, value]) => scoped.has(name) && value !== '.' && value !== projectPath,
  );
  if (moved !== undefined) {
    throw new SyncError('bad_input', `${moved[0]}: a record is put into its own project, ${projectPath}`, {
      hint: 'leave the field out, or say --project',
    });
  }
  return Object.fromEntries(
    Object.entries(values).filter(([name]) => !scoped.has(name) && name !== 'type' && name !== entity.key),
  );
}

/** The record as the database has it now. */
function readBack(records: Records, written: Content): Content {
  return records.get(written.entity.type, written.id) ?? written;
}
