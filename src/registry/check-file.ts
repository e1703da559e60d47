import { LINE_NAMES, fieldOf, identifying, numberOf } from './file.js';
import type { FileEntity, FileIdentity, RegistryFile } from './file.js';
import { memberOf } from './file-shape.js';
import { BESIDE_TYPES, CONFLICTS_FILE, RESERVED_TABLE, isInherited } from './names.js';

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
    ...saidTwice(
      [...entities.map(({ file: name }) => name), 'deletions.jsonl', CONFLICTS_FILE],
      'entities',
      'the file',
    ),
  ];
  return [...twice, ...entities.flatMap((entity, index) => inEntity(entity, `entities[${index}]`, file))];
}

function saidTwice(names: readonly string[], where: string, what: string): string[] {
  const twice = findTwice(names);
  return twice === undefined ? [] : [`${where}: ${what} ${JSON.stringify(twice)} stands twice`];
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
      ? [`${where}.type: another name must stand here, since statistics need ${JSON.stringify(type)}`]
      : []),
    ...(RESERVED_TABLE.test(table)
      ? [
          `${where}.table: a table of the program must stand here, and ${JSON.stringify(table)} is one that SQLite or sync needs`,
        ]
      : []),
    ...('of' in id ? inOwner(id.of, entity, `${where}.id.of`, entities) : []),
    ...(own !== undefined && Object.hasOwn(fields, own)
      ? [`${memberOf(`${where}.fields`, own)}: the number of the id must be no field`]
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
    if (seen.has(next)) return [`${where}: ${JSON.stringify(of)} leads back here, so the identity must be another`];
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
      const found = `${where}: ${JSON.stringify(column)}`;
      if (mayBeNumber === true && column === numberOf(id)) return [];
      if (!Object.hasOwn(fields, column)) return [`${found} must be a column among the fields: ${known.join(', ')}`];
      const isLocal = fieldOf(fields[column] ?? 'local').kind === 'local';
      return isLocal ? [`${found} is local, and must be synced`] : [];
    }),
    ...(twice === undefined ? [] : [`${where}: ${JSON.stringify(twice)} stands twice`]),
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
        return [`${place}: lines need the name ${JSON.stringify(name)}, so give another one with "as"`];
      return lineNames.indexOf(name) < index
        ? [`${place}: the name ${JSON.stringify(name)} would stand twice in a line, so give another one with "as"`]
        : [];
    }),
    ...Object.entries(fields).flatMap(([column, entry]) => {
      const { kind, to, by } = fieldOf(entry);
      const place = memberOf(where, column);
      if (kind === 'ref' && to === undefined) return [`${place}: a ref must have "to", the type that it refers to`];
      if (kind !== 'ref' && (to ?? by) !== undefined)
        return [`${place}: only a ref may have "to" or "by", and this is ${kind}`];
      return to === undefined || types.has(to) ? [] : [unknownType(`${place}.to`, to, types)];
    }),
  ];
}

function unknownType(where: string, type: string, types: ReadonlySet<string>): string {
  return `${where}: ${JSON.stringify(type)} must be a type of this file: ${[...types].join(', ')}`;
}
