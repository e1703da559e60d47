import { Option } from 'commander';

import type { Content } from '../../record/content.js';
import { unquote } from '../../record/json.js';
import { toJson } from '../../record/object.js';
import type { Entity } from '../../registry/entity.js';
import { requireNamedEntity } from '../../record/type-names.js';
import { count } from '../describe.js';
import { EXIT } from '../exit-codes.js';
import { matches, readCondition } from '../field-values.js';
import { isScope } from '../is-scope.js';
import { ExactJson } from '../json-text.js';
import { grid, info } from '../outcome.js';
import type { Outcome } from '../outcome.js';
import { limit, type } from '../options.js';
import type { Invocation, Verb } from '../verb.js';

/** How many columns a table has beside the id, and how wide one may get. */
const COLUMNS = 4;
const WIDTH = 48;

export const verb: Verb = {
  arguments: [type()],
  looks: () => true,
  options: [
    limit(),
    new Option('--where <field=value>', 'only records with this value, or with this element of a set; repeatable')
      .default([], 'all')
      .argParser((value: string, before: readonly string[]) => [...before, value]),
  ],
  examples: [
    ['sc-sync list issue --where status=open --limit 20', 'open issues'],
    ['sc-sync list issue --where labels=bug --json', 'issues with a label, as JSON'],
  ],
  run,
};

/** Lists records of a type. */
function run({ session, args: [word = ''], options }: Invocation): Outcome {
  const records = session.records();
  const entity = requireNamedEntity(session.store().registry, word);
  const { type } = entity;
  const where = Array.isArray(options['where']) ? options['where'].map(String) : [];
  const conditions = where.map((text) => readCondition(entity, text, (path) => session.resolve(path)));
  const limit = typeof options['limit'] === 'number' ? options['limit'] : Infinity;
  const found: Content[] = [];
  if (limit > 0) {
    for (const content of records.list(type)) {
      if (!conditions.every((condition) => matches(content, condition))) continue;
      found.push(content);
      if (found.length >= limit) break;
    }
  }
  const columns = columnsOf(entity);
  const rows = found.map(({ tokens }) => columns.map((name) => cell(tokens[entity.indexOf.get(name) ?? -1] ?? '')));
  return {
    status: EXIT.done,
    json: { type, records: found.map((content) => new ExactJson(toJson(content))) },
    text: [
      ...(found.length === 0 ? [] : [grid(columns, rows, { level: 'data' })]),
      info(count(found.length, 'record'), 'dim'),
    ],
  };
}

/** The id, the fields that a record must have, and the heads of fields that belong together: no times, no paths. */
function columnsOf(entity: Entity): string[] {
  const heads = new Set(entity.groups.map(([head]) => head));
  const names = entity.synced
    .filter(({ field, index }) => field.kind !== 'set' && (!field.nullable || heads.has(index)) && !isScope(field))
    .map(({ name }) => name)
    .filter((name) => ![entity.key, entity.created, entity.updated].includes(name));
  return [entity.key, ...names.slice(0, COLUMNS)];
}

function cell(token: string): string {
  if (token === 'null') return '';
  const characters = Array.from(token.startsWith('"') ? unquote(token) : token);
  return characters.length <= WIDTH ? characters.join('') : `${characters.slice(0, WIDTH - 1).join('')}…`;
}
