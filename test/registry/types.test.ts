import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  Exporter,
  Importer,
  Store,
  contentHash,
  coordinate,
  defineEntity,
  defineRegistry,
  extension,
  getSyncStatus,
  integer,
  key,
  readJsonl,
  real,
  set,
  text,
} from '../../src/index.js';
import type {
  EntityStats,
  ExportCounts,
  ExportStats,
  ImportStats,
  Project,
  RecordIn,
  RecordOf,
  Registry,
  SyncOutcome,
  SyncStatus,
  SyncStore,
  TypeIn,
} from '../../src/index.js';
import type { savecontext } from '../../src/savecontext/registry.js';
import type {
  CheckpointRecord,
  ContextItemRecord,
  EntityType,
  IssueRecord,
  MemoryRecord,
  PlanRecord,
  SessionRecord,
  SyncRecord,
  TimeEntryRecord,
} from '../../src/savecontext/records.js';

/** What `npm run typecheck` proves; at run time these tests do next to nothing. */
describe('types inferred from the registry', () => {
  it('know tags, scalars and nulls', () => {
    expectTypeOf<IssueRecord['type']>().toEqualTypeOf<'issue'>();
    expectTypeOf<IssueRecord['id']>().toEqualTypeOf<string>();
    expectTypeOf<IssueRecord['priority']>().toEqualTypeOf<number | bigint | null>();
    expectTypeOf<IssueRecord['title']>().toEqualTypeOf<string>();
    expectTypeOf<IssueRecord['plan_id']>().toEqualTypeOf<string | null>();
    expectTypeOf<IssueRecord['created_at']>().toEqualTypeOf<number | bigint>();
    expectTypeOf<TimeEntryRecord['hours']>().toEqualTypeOf<number>();
    expectTypeOf<SessionRecord['status']>().toEqualTypeOf<string | null>();
    expectTypeOf<CheckpointRecord['item_count']>().toEqualTypeOf<number | bigint | null>();
    expectTypeOf<MemoryRecord['key']>().toEqualTypeOf<string>();
    expectTypeOf<PlanRecord['project_id']>().toEqualTypeOf<string>();
    expectTypeOf<ContextItemRecord['tags']>().toEqualTypeOf<string | null>();
  });

  it('know sets: plain values for one column, objects for several', () => {
    expectTypeOf<IssueRecord['labels']>().toEqualTypeOf<readonly string[] | undefined>();
    expectTypeOf<SessionRecord['projects']>().toEqualTypeOf<readonly string[] | undefined>();
    expectTypeOf<NonNullable<IssueRecord['dependencies']>[number]>().toEqualTypeOf<{
      readonly depends_on_id: string;
      readonly dependency_type: string | null;
      readonly created_at: number | bigint;
    }>();
    expectTypeOf<NonNullable<CheckpointRecord['items']>[number]['group_order']>().toEqualTypeOf<
      number | bigint | null
    >();
  });

  it('leave local columns out, and make extension fields optional', () => {
    expectTypeOf<SessionRecord>().not.toHaveProperty('user_id');
    expectTypeOf<ContextItemRecord>().not.toHaveProperty('embedding_status');
    expectTypeOf<{ readonly close_reason?: string | null }>().toExtend<Pick<IssueRecord, 'close_reason'>>();
    expectTypeOf<IssueRecord['content_hash']>().toEqualTypeOf<string | undefined>();
  });

  it('tell the seven apart by their tags', () => {
    expectTypeOf<EntityType>().toEqualTypeOf<
      'session' | 'plan' | 'issue' | 'context_item' | 'memory' | 'checkpoint' | 'time_entry'
    >();
    expectTypeOf<Extract<SyncRecord, { readonly type: 'memory' }>>().toEqualTypeOf<MemoryRecord>();
  });

  it('follow a definition of somebody else', () => {
    const note = defineEntity({
      type: 'note',
      table: 'notes',
      file: 'notes.jsonl',
      idPrefix: 'n_',
      scope: { column: 'folder' },
      fields: {
        id: key(),
        folder: coordinate('scope'),
        body: text({ nullable: true }),
        weight: real({ nullable: true }),
        stars: extension(integer({ nullable: true, fallback: 0 })),
        tags: extension(set({ table: 'note_tags', owner: 'note', element: { tag: text() } })),
        at: integer(),
      },
      created: 'at',
      updated: 'at',
    });
    type Note = RecordOf<typeof note>;
    expectTypeOf<Note['type']>().toEqualTypeOf<'note'>();
    expectTypeOf<Note['weight']>().toEqualTypeOf<number | null>();
    expectTypeOf<Note['stars']>().toEqualTypeOf<number | bigint | null | undefined>();
    expectTypeOf<Note['tags']>().toEqualTypeOf<readonly string[] | undefined>();
    expectTypeOf(note.type).toEqualTypeOf<'note'>();
    const record = { type: 'note', id: 'n_1', folder: 'f', body: null, weight: 1, at: 5 } satisfies Note;
    expectTypeOf(record).toExtend<Note>();
    // @ts-expect-error A definition may name only its own fields.
    expect(() => defineEntity({ ...definitionOf(), updated: 'nothing' })).toThrow('x.nothing');
  });
});

const note = defineEntity({ ...definitionOf(), type: 'note', table: 'notes', file: 'notes.jsonl' });
const page = defineEntity({ ...definitionOf(), type: 'page', table: 'pages', file: 'pages.jsonl' });
const registry = defineRegistry({ entities: [note, page] });
type Registered = typeof registry;

describe('types inferred from a registry', () => {
  it('are those of SaveContext where nothing else is said', () => {
    const open = (): [Store, SyncRecord[]] => {
      const [store, records] = [Store.open('memory.db', { create: true }), readJsonl('issues.jsonl')];
      expectTypeOf(store).toEqualTypeOf<Store>();
      expectTypeOf(records).toEqualTypeOf<SyncRecord[]>();
      return [store, records];
    };
    expect(open).toBeTypeOf('function');
    type SaveContextProject = ReturnType<Store['project']>;
    expectTypeOf<ReturnType<SaveContextProject['export']>['context_item']['written']>().toEqualTypeOf<number>();
    expectTypeOf<ReturnType<SaveContextProject['import']>['total']['created']>().toEqualTypeOf<number>();
    expectTypeOf<TypeIn<typeof savecontext>>().toEqualTypeOf<EntityType>();
    expectTypeOf<RecordIn<typeof savecontext>>().toEqualTypeOf<SyncRecord>();
  });

  it('name the types of a registry in statistics, and no others', () => {
    expectTypeOf<ExportStats<Registered>>().toHaveProperty('note');
    expectTypeOf<ExportStats<Registered>>().not.toHaveProperty('issue');
    expectTypeOf<ImportStats<Registered>['page']>().toEqualTypeOf<EntityStats>();
    expectTypeOf<keyof SyncStatus<Registered>['entities']>().toEqualTypeOf<'note' | 'page' | 'total'>();
    expectTypeOf<SyncOutcome<Registered>['import']>().toEqualTypeOf<ImportStats<Registered>>();
    const work = (store: Store<Registered>): number =>
      store.project('/p').export().note.written +
      new Exporter(store, { projectPath: '/p', dir: '/d' }).export().page.written +
      new Importer(store).importAll('/d').note.created +
      getSyncStatus(store, { projectPath: '/p', dir: '/d' }).entities.page.rows;
    expect(work).toBeTypeOf('function');
  });

  it('name them in records and helpers', () => {
    const work = ({ records }: Project<Registered>): void => {
      expectTypeOf(records.get('note', '1')).toEqualTypeOf<RecordOf<typeof note> | undefined>();
      expectTypeOf(records.put('page', { at: 1 })).toEqualTypeOf<RecordOf<typeof page>>();
      for (const record of records.list('page')) expectTypeOf(record.type).toEqualTypeOf<'page'>();
      // @ts-expect-error No such type.
      records.get('issue', '1');
      // @ts-expect-error No such field.
      records.put('note', { when: 1 });
      // @ts-expect-error Not a time.
      records.put('note', { at: 'noon' });
      const [first] = readJsonl('notes.jsonl', registry);
      expectTypeOf(first).toEqualTypeOf<RecordOf<typeof note> | RecordOf<typeof page> | undefined>();
      // @ts-expect-error A record of another registry.
      contentHash({ type: 'issue' }, registry);
    };
    expect(work).toBeTypeOf('function');
  });

  it('are plain where only the shape of a registry is known', () => {
    expectTypeOf<TypeIn<Registry>>().toEqualTypeOf<string>();
    expectTypeOf<ExportStats['total']>().toEqualTypeOf<ExportCounts>();
    expectTypeOf<RecordIn<Registry>['title']>().toEqualTypeOf<unknown>();
    expectTypeOf<Store<Registered>>().toExtend<SyncStore>();
    expectTypeOf<typeof registry>().toExtend<Registry>();
  });
});

function definitionOf() {
  return {
    type: 'x',
    table: 'x',
    file: 'x.jsonl',
    idPrefix: 'x_',
    scope: { column: 'folder' },
    fields: { id: key(), folder: coordinate('scope'), at: integer() },
    created: 'at',
    updated: 'at',
  } as const;
}
