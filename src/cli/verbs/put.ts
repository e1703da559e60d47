import { Argument, Option } from 'commander';

import { SyncError } from '../../errors.js';
import type { Content } from '../../record/content.js';
import { saidTimes, withImplied } from '../../record/implied.js';
import { toJson } from '../../record/object.js';
import type { RecordObject } from '../../record/object.js';
import { isWholeId } from '../../record/names.js';
import type { RecordKey } from '../../record/record-key.js';
import { entityNamed, requireNamedEntity } from '../../record/type-names.js';
import { requireEntity } from '../../registry/entity.js';
import type { Entity, Registry } from '../../registry/entity.js';
import type { Records } from '../../sync/records.js';
import { EXIT } from '../exit-codes.js';
import { changesTo, decodeUtf8, readAssignment, readObject } from '../field-values.js';
import { isScope } from '../is-scope.js';
import { ExactJson, jsonText } from '../json-text.js';
import { data } from '../outcome.js';
import type { Outcome } from '../outcome.js';
import { fieldsOfAll } from '../field-list.js';
import { refuseNamed } from '../named.js';
import { TYPES } from '../options.js';
import type { Session } from '../session.js';
import { isOn } from '../verb.js';
import type { Invocation, Verb } from '../verb.js';

export const verb: Verb = {
  about: [
    'With a type alone a new record is made, and so it is with a whole id that no record has. A value is read by',
    'the type of its field: null is null, a set is a JSON array or words with commas, @file is the content of a',
    'file, and @@ begins a text with an @. A lone - reads the record as JSON from standard input. updated_at becomes',
    'now; fields that keep their values are no edit.',
    '',
    ...fieldsOfAll(),
  ].join('\n'),
  usage: '[type] [record] field=value ... | -',
  arguments: [new Argument('[words...]', 'a type, or the name of a record; then its fields, or - for JSON')],
  options: [new Option('--create', 'make the record where none has that name, which becomes its id')],
  examples: [
    [`sc-sync put issue title='Login fails' priority=1 labels=bug,ui`, 'a new issue'],
    ['sc-sync put 6b1d status=closed details=null', 'changes two fields of an issue'],
    ['sc-sync put plan plan_1 content=@plan.md', 'a text from a file'],
    ['sc-sync get memory mem_1 --json | sc-sync --db other.db put memory -', 'a record from elsewhere'],
  ],
  run,
};

/** Makes a record or changes fields of one. */
async function run({ session, args, options }: Invocation): Promise<Outcome> {
  const { projectPath } = session.place();
  const records = session.records();
  const { named, given } = readWords(session.store().registry, args);
  const found = named.name === undefined ? undefined : session.names().find(named.name, { ...named, changes: true });
  const fromInput = isInput(given) ? readObject(decodeUtf8(await readInput(), 'standard input')) : undefined;
  const entity = entityOf(session, named, found, fromInput);
  const values = fromInput ?? readValues(entity, given, (path) => session.resolve(path));
  const id = idOf(entity, found?.id ?? newId(session, { ...named, entity }, isOn(options, 'create')), values);
  const before = id === undefined ? undefined : records.get(entity.type, id);
  const others = withoutScope(entity, values, projectPath);
  const changes = before === undefined ? others : changesTo(before, withImplied(before, others, Date.now()));
  const isSame = before !== undefined && Object.keys(changes).length === 0;
  const after = isSame
    ? before
    : readBack(records, records.put(entity.type, id, { ...saidTimes(entity, others), ...changes }));
  const action = before === undefined ? 'created' : isSame ? 'unchanged' : 'changed';
  return {
    status: EXIT.done,
    json: { action, record: new ExactJson(toJson(after)) },
    text: [data(`${action} ${entity.type} ${after.id}`)],
  };
}

/** A record as it was named, or what is to be made. */
interface Named {
  readonly entity: Entity | undefined;
  readonly name: string | undefined;
}

/** Reads `[TYPE] [RECORD] field=value ...`, or `-` in place of the fields. Throws `usage`. */
function readWords(registry: Registry, words: readonly string[]): { named: Named; given: readonly string[] } {
  const from = words.findIndex((word) => word === '-' || word.includes('='));
  const [first, second, ...others] = from === -1 ? words : words.slice(0, from);
  const given = from === -1 ? [] : words.slice(from);
  const isType = second !== undefined || (first !== undefined && entityNamed(registry, first) !== undefined);
  const entity = isType ? requireNamedEntity(registry, first ?? '') : undefined;
  if (words.length === 0) throw noType();
  if (given.length === 0 || others.length > 0) {
    const call = ['put', ...words].join(' ');
    throw new SyncError('usage', `${call}: expected field=value, or - to read JSON from standard input`);
  }
  return { named: { entity, name: isType ? second : first }, given };
}

function isInput(given: readonly string[]): boolean {
  return given.length === 1 && given[0] === '-';
}

/** The type that was said, else that of the record that was named, or of the JSON that was read. */
function entityOf(session: Session, { entity, name }: Named, found?: RecordKey, values?: RecordObject): Entity {
  const { registry } = session.store();
  if (entity !== undefined) return entity;
  if (found !== undefined) return requireEntity(registry, found.type);
  if (name !== undefined) {
    return registry.entities.find((each) => isWholeId(each, name)) ?? refuseNamed(session, { entity, name });
  }
  const type = values?.['type'];
  if (typeof type === 'string') return requireNamedEntity(registry, type);
  throw noType();
}

function noType(): SyncError {
  return new SyncError('usage', `put: expected a type, one of ${TYPES}`, { hint: 'for example: put issue title=...' });
}

/** The id of a record that is to be made: what was written as a whole id, or was meant as one. Undefined where none was said. */
function newId(session: Session, { entity, name }: Named, isMeant: boolean): string | undefined {
  if (name === undefined || isMeant || (entity !== undefined && isWholeId(entity, name))) return name;
  return refuseNamed(
    session,
    { entity, name },
    'leave it out for a new record, or say --create to make one with that id',
  );
}

function readValues(entity: Entity, words: readonly string[], pathOf: (path: string) => string): RecordObject {
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
