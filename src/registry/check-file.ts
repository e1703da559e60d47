import { LINE_NAMES, fieldOf, identifying, numberOf } from './file.js';
import type { FileEntity, FileIdentity, RegistryFile } from './file.js';
import { memberOf } from './file-shape.js';
import { BESIDE_TYPES, RESERVED_TABLE, isInherited } from './names.js';

/** Finds what the parts of a registry file say against each other, each with its place. */
export function contradictions(file: RegistryFile): string[] {
  const { entities, local, derived } = file;
  const tables = [...entities.map(({ table }) => table), ...local, ...derived];
  const twice = [
    ...saidTwice(tables, 'entities', 'the table'),
    ...saidTwice(
      entities.map(({ type }) => type),
      'entities',
      'the type',
    ),
    ...saidTwice([...entities.map(({ file: name }) => name), 'deletions.jsonl'], 'entities', 'the file'),
  ];
  return [...twice, ...entities.flatMap((entity, index) => inEntity(entity, `entities[${index}]`, file))];
}

function saidTwice(names: readonly string[], where: string, what: string): string[] {
  const twice = findTwice(names);
  return twice === undefined ? [] : [`${where}: found ${what} ${JSON.stringify(twice)} twice; expected it once`];
}

/** The first name that stands twice, upper and lower case alike. A hostile file may have very many. */
function findTwice(names: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return names.find((name) => seen.size === seen.add(name.toLowerCase()).size);
}

/** A column that something names, and what it must be. */
interface Use {
  readonly where: string;
  readonly columns: readonly string[];
  /** Whether it may be the number of a machine, which is no field. */
  readonly mayBeNumber?: true;
}

function inEntity(entity: FileEntity, where: string, { entities }: RegistryFile): string[] {
  const { type, table, id, fields, unique = [], title, created, updated } = entity;
  const types = new Set(entities.map((each) => each.type));
  const own = numberOf(id);
  const uses: Use[] = [
    { where: `${where}.id`, columns: identifying(id) },
    ...unique.map(({ columns }, index) => ({
      where: `${where}.unique[${index}]`,
      columns,
      mayBeNumber: true as const,
    })),
    ...Object.entries({ title, created: created?.column, updated: updated?.column }).map(([name, column]) => ({
      where: `${where}.${name}`,
      columns: column === undefined ? [] : [column],
    })),
  ];
  return [
    ...(BESIDE_TYPES.has(type) || isInherited(type)
      ? [`${where}.type: found ${JSON.stringify(type)}, which statistics need; expected another name`]
      : []),
    ...(RESERVED_TABLE.test(table)
      ? [`${where}.table: found ${JSON.stringify(table)}, which SQLite or sync needs; expected a table of the program`]
      : []),
    ...('of' in id ? inOwner(id.of, entity, `${where}.id.of`, entities) : []),
    ...(own !== undefined && Object.hasOwn(fields, own)
      ? [`${memberOf(`${where}.fields`, own)}: found a field for the number of the id; expected none`]
      : []),
    ...uses.flatMap((use) => inUse(use, entity)),
    ...inFields(entity, `${where}.fields`, types),
  ];
}

/** Rows that are known by each other are not known at all. */
function inOwner(of: string, { type }: FileEntity, where: string, entities: readonly FileEntity[]): string[] {
  const byType = new Map(entities.map((entity) => [entity.type, entity]));
  if (!byType.has(of)) return [unknownType(where, of, new Set(byType.keys()))];
  const seen = new Set([type]);
  for (let next: string | undefined = of; next !== undefined;) {
    if (seen.has(next))
      return [`${where}: found ${JSON.stringify(of)}, which leads back here; expected another identity`];
    seen.add(next);
    const id: FileIdentity | undefined = byType.get(next)?.id;
    next = id !== undefined && 'of' in id ? id.of : undefined;
  }
  return [];
}

function inUse({ where, columns, mayBeNumber }: Use, { fields, id }: FileEntity): string[] {
  const known = Object.keys(fields);
  const twice = findTwice(columns);
  return [
    ...columns.flatMap((column) => {
      const found = `${where}: found ${JSON.stringify(column)}`;
      if (mayBeNumber === true && column === numberOf(id)) return [];
      if (!Object.hasOwn(fields, column)) return [`${found}; expected a column among the fields: ${known.join(', ')}`];
      const isLocal = fieldOf(fields[column] ?? 'local').kind === 'local';
      return isLocal ? [`${found}, which is local; expected a column that is synced`] : [];
    }),
    ...(twice === undefined ? [] : [`${where}: found ${JSON.stringify(twice)} twice; expected it once`]),
  ];
}

function inFields({ fields }: FileEntity, where: string, types: ReadonlySet<string>): string[] {
  const synced = Object.entries(fields).filter(([, entry]) => fieldOf(entry).kind !== 'local');
  const inLine = synced.map(([column, entry]) => [fieldOf(entry).as ?? column, column] as const);
  const lineNames = inLine.map(([name]) => name);
  return [
    ...saidTwice(Object.keys(fields), where, 'the column'),
    ...inLine.flatMap(([name, column], index) => {
      const place = memberOf(where, column);
      if (LINE_NAMES.has(name) || isInherited(name))
        return [`${place}: found the name ${JSON.stringify(name)}, which lines need; expected "as" with another name`];
      return lineNames.indexOf(name) < index
        ? [`${place}: found the name ${JSON.stringify(name)} twice in a line; expected "as" with another name`]
        : [];
    }),
    ...Object.entries(fields).flatMap(([column, entry]) => {
      const { kind, to, by } = fieldOf(entry);
      const place = memberOf(where, column);
      if (kind === 'ref' && to === undefined) return [`${place}: found a ref without "to"; expected a type`];
      if (kind !== 'ref' && (to ?? by) !== undefined)
        return [`${place}: found "to" or "by" beside the kind ${kind}; expected them for a ref alone`];
      return to === undefined || types.has(to) ? [] : [unknownType(`${place}.to`, to, types)];
    }),
  ];
}

function unknownType(where: string, type: string, types: ReadonlySet<string>): string {
  return `${where}: found ${JSON.stringify(type)}; expected a type of this file: ${[...types].join(', ')}`;
}
