import { describe, expect, it, vi } from 'vitest';
import type { Field } from '../../src/index.js';
import { savecontext } from '../../src/savecontext/registry.js';
import { ATLAS, Replica } from '../sync/helpers.js';

/** Columns of child tables that only tie them to their owner, or are local. */
const CHILD_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  session_projects: ['session_id', 'project_path', 'added_at'],
  issue_labels: ['id', 'issue_id', 'label'],
  issue_dependencies: ['id', 'issue_id', 'depends_on_id', 'dependency_type', 'created_at'],
  issue_projects: ['issue_id', 'project_path', 'added_at'],
  checkpoint_items: ['id', 'checkpoint_id', 'context_item_id', 'group_name', 'group_order'],
};
/** Tables that belong to no record. `projects` is written only where a plan needs its row. */
const LOCAL_TABLES = [...savecontext.localTables, 'projects', 'sqlite_sequence'];

describe.each(['full', 'old-schema', 'empty'])('the schema of %s', (name) => {
  const open = (): Replica => new Replica({ fixture: `${name}/before.db`, project: ATLAS });
  const columnsOf = (replica: Replica, table: string): string[] =>
    replica.rows(`SELECT name FROM pragma_table_info('${table}')`).map(([column]) => String(column));

  it('P7 gives every column of every synced table a role', () => {
    const replica = open();
    for (const entity of savecontext.entities) {
      const roles = Object.entries<Field>(entity.fields).filter(([, field]) => field.kind !== 'set');
      expect(columnsOf(replica, entity.table).sort(), entity.table).toEqual(roles.map(([column]) => column).sort());
      for (const { field } of entity.synced) {
        if (field.kind !== 'set') continue;
        expect(columnsOf(replica, field.set.table).sort()).toEqual([...(CHILD_COLUMNS[field.set.table] ?? [])].sort());
      }
    }
  });

  it('P7 has no table that is neither synced nor named as local', () => {
    const replica = open();
    const synced = savecontext.entities.flatMap((entity) => [
      entity.table,
      ...entity.synced.flatMap(({ field }) => (field.kind === 'set' ? [field.set.table] : [])),
    ]);
    const tables = replica
      .rows(`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'scsync~_%' ESCAPE '~'`)
      .map(([table]) => String(table));
    const unknown = tables.filter((table) => !synced.includes(table) && !LOCAL_TABLES.includes(table));
    expect(unknown).toEqual([]);
  });

  it('P7 types and nullability are those of the columns', () => {
    const replica = open();
    for (const entity of savecontext.entities) {
      const columns = new Map(
        replica
          .rows(`SELECT name, upper(type), "notnull", pk FROM pragma_table_info('${entity.table}')`)
          .map(([column, type, notNull, pk]) => [String(column), { type, isRequired: notNull === 1n || pk === 1n }]),
      );
      for (const { name: column, field } of entity.synced) {
        if (field.kind === 'set') continue;
        const { type, isRequired } = columns.get(column) ?? {};
        expect(type, `${entity.table}.${column}`).toBe(field.kind.toUpperCase());
        expect(field.nullable, `${entity.table}.${column}`).toBe(isRequired !== true);
      }
    }
  });
});

describe('a column without a role', () => {
  it.each([
    ['issues', 'estimate'],
    ['checkpoint_items', 'remark'],
    ['time_entries', 'rate'],
  ])('is named for %s, and the export leaves it', (table, column) => {
    const replica = new Replica({ fixture: 'full/before.db', project: ATLAS });
    expect(replica.store.problems()).toEqual([]);
    replica.run(`ALTER TABLE ${table} ADD COLUMN ${column} TEXT DEFAULT 'x'`);
    expect(replica.store.problems()).toEqual([
      `the column ${table}.${column} is not in the registry, so it is not synced`,
    ]);
    expect(replica.status().inSync).toBe(false);
    expect(replica.status().problems.join()).toContain(`${table}.${column}`);
    replica.export();
    expect(Object.values(replica.files()).join('')).not.toContain(`"${column}"`);
    replica.run(`ALTER TABLE ${table} DROP COLUMN ${column}`);
    expect(replica.store.problems()).toEqual([]);
  });
});

describe('definitions', () => {
  it('name only what exists: parents, references, sets, groups', () => {
    const types: readonly string[] = savecontext.entities.map(({ type }) => type);
    for (const entity of savecontext.entities) {
      const targets = [...Object.values(entity.parents), ...Object.values(entity.references)];
      for (const target of targets) expect(types).toContain(target);
      // Parents come first, so that an import finds them.
      for (const parent of Object.values(entity.parents)) {
        expect(types.indexOf(parent)).toBeLessThan(types.indexOf(entity.type));
      }
      for (const name of [
        ...entity.naturalKeys.flat(),
        entity.created,
        entity.updated,
        ...Object.keys(entity.parents),
      ]) {
        expect(entity.indexOf.has(name), `${entity.type}.${name}`).toBe(true);
      }
      for (const { field } of entity.synced) {
        if (field.kind === 'integer' && field.countOf !== undefined)
          expect(entity.indexOf.has(field.countOf)).toBe(true);
        if (field.kind === 'set' && field.set.references !== undefined) expect(types).toContain(field.set.references);
      }
    }
  });
});

it('has entities that each pass the check of defineEntity, which a start leaves out', async () => {
  const defined: string[] = [];
  vi.resetModules();
  vi.doMock(import('../../src/registry/define.js'), async (original) => {
    const { defineEntity, ...others } = await original();
    const entityOf: typeof defineEntity = (definition) => {
      defined.push(definition.type);
      return defineEntity(definition);
    };
    return { ...others, defineEntity, entityOf };
  });
  await import('../../src/savecontext/entities.js');
  vi.doUnmock('../../src/registry/define.js');
  expect(defined.sort()).toEqual(savecontext.entities.map(({ type }) => type).sort());
});
