import { fieldOf } from '../registry/file.js';
import type { FileEntity, RegistryFile } from '../registry/file.js';
import { chooseTables } from './choose-tables.js';
import type { ChosenTables, Known } from './choose-tables.js';
import { entityOf } from './entity.js';
import type { EntityContext } from './entity.js';
import type { InspectedTable } from './inspected.js';
import { isSameName } from './inspected.js';
import { keepEntity } from './keep.js';
import { fileName, typeName } from './names.js';
import { parentsFirst } from './order.js';

/** What was decided. */
export interface Decision {
  readonly file: RegistryFile;
  readonly chosen: ChosenTables;
}

/** Decides how a database is synced. What a registry that is there already says of a table or column stays, unless an answer says otherwise. */
export function decide(known: Known): Decision {
  const { db, answers, references, previous } = known;
  const chosen = chooseTables(known);
  const before = new Map(
    db.tables.map(({ name }) => [name, previous?.entities.find(({ table }) => isSameName(table, name))] as const),
  );
  const tables = db.tables.filter(({ name }) => chosen.synced.has(name));
  const nameAll = (taken: (entity: FileEntity) => string, make: typeof typeName): Map<string, string> => {
    const named = new Map<string, string>();
    const used = (previous?.entities ?? []).map(taken);
    for (const { name } of tables) {
      const old = before.get(name);
      named.set(name, old === undefined ? make(name, [...used, ...named.values()]) : taken(old));
    }
    return named;
  };
  const typeOf = nameAll((entity) => entity.type, typeName);
  const fileOf = nameAll((entity) => entity.file, fileName);
  const context: EntityContext = { answers, references, synced: chosen.synced, typeOf, fileOf };
  const types = new Set(typeOf.values());
  const entityFor = (table: InspectedTable): FileEntity[] => {
    const id = chosen.synced.get(table.name);
    if (id === undefined) return [];
    const fresh = entityOf(table, id, context);
    const old = before.get(table.name);
    return [old === undefined ? fresh : keepEntity(old, fresh, { table, answers, types })];
  };
  const rest = db.tables.map(({ name }) => name).filter((name) => chosen.local.has(name));
  const isDerived = (name: string): boolean => previous?.derived.some((each) => isSameName(each, name)) === true;
  const file: RegistryFile = {
    registry: 1,
    scope: 'database',
    entities: inOrder(tables.flatMap(entityFor), previous),
    local: rest.filter((name) => !isDerived(name)),
    derived: [...db.moduleTables.map(({ name }) => name), ...rest.filter(isDerived)],
  };
  return { file, chosen };
}

/** Parents before children; the order that is there already stays as far as it can. */
function inOrder(entities: readonly FileEntity[], previous: RegistryFile | undefined): FileEntity[] {
  const place = (entity: FileEntity): number => {
    const index = previous?.entities.findIndex(({ type }) => type === entity.type) ?? -1;
    return index === -1 ? Infinity : index;
  };
  const sorted = [...entities].sort((a, b) => (place(a) === place(b) ? 0 : place(a) - place(b)));
  const byType = new Map(sorted.map((entity) => [entity.type, entity]));
  return parentsFirst(sorted, (entity) => parentTypes(entity).flatMap((type) => byType.get(type) ?? []));
}

function parentTypes({ id, fields }: FileEntity): string[] {
  const referred = Object.values(fields).flatMap((entry) => fieldOf(entry).to ?? []);
  return 'of' in id ? [id.of, ...referred] : referred;
}
