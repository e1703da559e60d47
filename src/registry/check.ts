import type { Entity, Registry } from './entity.js';
import { CONFLICTS_FILE, NAME_FORMS } from './names.js';
import { refuseEntity, refuseRegistry } from './refuse.js';
import { FOREIGN_DELETIONS, REGISTRY, SCOPE_TABLE, misshapen } from './shape.js';

/** Finds what makes a registry impossible, whatever the database is. Throws `usage` with the type and the field. */
export function checkRegistry(registry: Registry): void {
  const wrong = misshapen(registry, REGISTRY);
  if (wrong !== undefined) refuseRegistry(wrong);
  const { entities, deletionsFile } = registry;
  if (!NAME_FORMS.file.pattern.test(deletionsFile))
    refuseRegistry(`deletionsFile ${JSON.stringify(deletionsFile)} must be ${NAME_FORMS.file.says}`);
  checkOtherTables(registry);
  for (const entity of entities) {
    if (!Array.isArray((entity as Partial<Entity> | undefined)?.synced))
      refuseRegistry('an entity was not made with defineEntity');
  }
  checkTwice(registry);
  for (const [index, entity] of entities.entries()) checkReferences(registry, entity, index);
}

/** The tables that are no entity's. */
function checkOtherTables({ scopeTable, foreignDeletions }: Registry): void {
  for (const [property, table, shape] of [
    ['scopeTable', scopeTable, SCOPE_TABLE],
    ['foreignDeletions', foreignDeletions, FOREIGN_DELETIONS],
  ] as const) {
    if (table === undefined) continue;
    const wrong = misshapen(table, shape);
    if (wrong !== undefined) refuseRegistry(`${property}: ${wrong}`);
    const names = Object.entries<string | readonly string[]>({ ...table }).flatMap(([name, value]) =>
      name === 'idPrefix' ? [] : value,
    );
    const unusable = names.find((name) => !NAME_FORMS.sql.pattern.test(name));
    if (unusable !== undefined)
      refuseRegistry(`${property}: ${JSON.stringify(unusable)} must be ${NAME_FORMS.sql.says}`);
  }
}

/** Refuses types, files and tables that stand twice, upper and lower case alike. */
function checkTwice({ entities, deletionsFile, scopeTable, localTables }: Registry): void {
  const taken = new Map<string, string>([
    [`file ${CONFLICTS_FILE}`, 'the values that lost'],
    [`file ${deletionsFile}`.toLowerCase(), 'deletionsFile'],
  ]);
  const others = scopeTable === undefined ? localTables : [...localTables, scopeTable.table];
  for (const table of others) taken.set(`table ${table}`.toLowerCase(), 'localTables or scopeTable');
  for (const entity of entities) {
    const { type, file, table, synced } = entity;
    const children = synced.flatMap(({ field }) => (field.kind === 'set' ? [`table ${field.set.table}`] : []));
    for (const name of [`type ${type}`, `file ${file}`, `table ${table}`, ...children]) {
      const by = taken.get(name.toLowerCase());
      if (by !== undefined) refuseEntity(entity)(`the ${name} is used twice in the registry, also by ${by}`);
      taken.set(name.toLowerCase(), `the entity ${JSON.stringify(type)}`);
    }
  }
}

/** Says whether the parents of a type, and theirs, lead to another one. */
function comesBack(
  entities: readonly Entity[],
  from: string,
  to: string,
  seen: ReadonlySet<string> = new Set(),
): boolean {
  if (from === to) return true;
  if (seen.has(from)) return false;
  const parents = entities.find(({ type }) => type === from)?.parents ?? {};
  return Object.values(parents).some((parent) => comesBack(entities, parent, to, new Set([...seen, from])));
}

function checkReferences({ entities, scopeTable }: Registry, entity: Entity, index: number): void {
  const refuse = refuseEntity(entity);
  const { table, parents, referring, synced } = entity;
  const types = entities.map(({ type }) => type);
  const requireType = (property: string, field: string, type: string): void => {
    if (types.includes(type)) return;
    refuse(
      `${property}: ${table}.${field} names the type ${type}, which is not defined; the types are ${types.join(', ')}`,
    );
  };
  for (const [field, parent] of Object.entries(parents)) {
    requireType('parents', field, parent);
    // In a circle none can come before all the others.
    if (types.indexOf(parent) > index && !comesBack(entities, parent, entity.type))
      refuse(`parents: ${table}.${field}: the parent ${parent} must come earlier in the registry`);
  }
  for (const { name, target } of referring) requireType('references', name, target);
  const scopeId = synced.find(({ field }) => field.kind === 'text' && field.coordinate === 'scope-id');
  if (scopeId !== undefined && scopeTable === undefined)
    refuse(`${table}.${scopeId.name} is a coordinate('scope-id'), and the registry has no scopeTable`);
}
