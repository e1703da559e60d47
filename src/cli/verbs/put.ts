import { Argument, Option } from 'commander';

import { readFileSync } from 'node:fs';

import { SyncError } from '../../errors.js';
import { withIoErrors } from '../../files/io-error.js';
import { toJson } from '../../record/object.js';
import type { RecordObject } from '../../record/object.js';
import { isWholeId } from '../../record/names.js';
import type { RecordKey } from '../../record/record-key.js';
import { entityNamed, requireNamedEntity } from '../../record/type-names.js';
import { requireEntity } from '../../registry/entity.js';
import type { Entity, Registry } from '../../registry/entity.js';
import { EXIT } from '../exit-codes.js';
import { decodeUtf8, readAssignment, readObject } from '../field-values.js';
import { ExactJson } from '../json-text.js';
import { data } from '../outcome.js';
import type { Line, Outcome } from '../outcome.js';
import { fieldsOfAll } from '../field-list.js';
import { refuseNamed } from '../named.js';
import { TYPES } from '../options.js';
import { putBatch } from '../put-batch.js';
import { putRecord } from '../put-record.js';
import type { PutRecord } from '../put-record.js';
import type { Session } from '../session.js';
import { isOn } from '../verb.js';
import type { Invocation, Verb } from '../verb.js';

export const verb: Verb = {
  about: [
    [
      'With a type alone a new record is made, and so it is with a whole id that no record has, or with the natural key',
      'among the fields. A value is read by',
      'the type of its field: null is null, a set is a JSON array or words with commas, @file is the content of a',
      'file, and @@ begins a text with an @. A lone - reads the record as JSON from standard input. updated_at becomes',
      'now; fields that keep their values are no edit.',
    ].join(' '),
    ...fieldsOfAll(),
  ].join('\n\n'),
  usage: '[type] [record] field=value ... | - | --batch <file>',
  arguments: [new Argument('[words...]', 'a type, or the name of a record; then its fields, or - for JSON')],
  options: [
    new Option('--create', 'make the record where none has that name, which becomes its id'),
    new Option('--batch <file>', 'instead: a JSON object with its type a line, all or none; - is standard input'),
  ],
  examples: [
    [`sc-sync put issue title='Login fails' priority=1 labels=bug,ui`, 'a new issue'],
    ['sc-sync put 6b1d status=closed details=null', 'changes two fields of an issue'],
    ['sc-sync put plan plan_1 content=@plan.md', 'a text from a file'],
    ['sc-sync get memory mem_1 --json | sc-sync --db other.db put memory -', 'a record from elsewhere'],
    ['sc-sync put --batch records.jsonl', 'a record a line, all or none'],
  ],
  run,
};

/** Makes a record or changes fields of one; or does so for each line of a text. */
async function run({ session, args, options, input }: Invocation): Promise<Outcome> {
  const { batch } = options;
  if (typeof batch === 'string') return runBatch(session, args, batch, input);
  const { named, given } = readWords(session.store().registry, args);
  const found = named.name === undefined ? undefined : session.names().find(named.name, { ...named, changes: true });
  const fromInput = isInput(given) ? readObject(decodeUtf8(await input(), 'standard input')) : undefined;
  const entity = entityOf(session, named, found, fromInput);
  const values = fromInput ?? readValues(entity, given, (path) => session.resolve(path));
  const isMeant = isOn(options, 'create') || saysWhichRecord(entity, values);
  const id = found?.id ?? newId(session, { ...named, entity }, isMeant);
  const put = putRecord(session.records(), entity, id, values);
  return { status: EXIT.done, json: putJson(put), text: [describePut(session, put)] };
}

async function runBatch(
  session: Session,
  args: readonly string[],
  from: string,
  input: Invocation['input'],
): Promise<Outcome> {
  if (args.length > 0) {
    throw new SyncError('usage', `Cannot put ${args.join(' ')} with --batch ${from}`, {
      hint: 'each line has the type of its record, and its fields',
    });
  }
  const path = session.resolve(from);
  const bytes = from === '-' ? await input() : withIoErrors(path, 'read', () => readFileSync(path));
  const put = putBatch(session, decodeUtf8(bytes, from === '-' ? 'standard input' : path));
  return {
    status: EXIT.done,
    json: { results: put.map((each) => ({ line: each.line, ...putJson(each) })) },
    text: put.map((each) => describePut(session, each)),
  };
}

function putJson({ action, content }: PutRecord): object {
  return { action, record: new ExactJson(toJson(content)) };
}

function describePut(session: Session, { action, content: { entity, id } }: PutRecord): Line {
  return data(`${action} ${session.called({ type: entity.type, id })}`);
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
    throw new SyncError('usage', `Cannot put a record: ${call} needs field=value, or - for JSON from standard input`);
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
  return new SyncError('usage', `Cannot put without a type: the types are ${TYPES}`, {
    hint: 'for example: sc-sync put issue title=...',
  });
}

/** The id of a record that is to be made: what was written as a whole id, or was meant as one. Undefined where none was said. */
function newId(session: Session, { entity, name }: Named, isMeant: boolean): string | undefined {
  if (name === undefined || isMeant || (entity !== undefined && isWholeId(entity, name))) return name;
  return refuseNamed(
    session,
    { entity, name },
    'leave it out for a new record, or add --create to make one with that id',
  );
}

/** Whoever gives what tells a record from all others of its type makes one: an edit by name says what changes. */
function saysWhichRecord({ naturalKeys: [naturalKey = []], fields }: Entity, values: RecordObject): boolean {
  const own = naturalKey.filter((name) => {
    const field = fields[name];
    return field?.kind !== 'text' || field.coordinate === undefined;
  });
  return own.length > 0 && own.every((name) => Object.hasOwn(values, name));
}

function readValues(entity: Entity, words: readonly string[], pathOf: (path: string) => string): RecordObject {
  const assignments = words.map((word) => readAssignment(entity, word, pathOf));
  const twice = assignments.find(({ name }, index) => assignments.findIndex((other) => other.name === name) < index);
  if (twice !== undefined) throw new SyncError('usage', `Cannot put ${twice.name} twice`);
  return Object.fromEntries(assignments.map(({ name, value }) => [name, value]));
}
