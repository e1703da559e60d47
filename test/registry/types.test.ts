import { describe, expect, expectTypeOf, it } from 'vitest';
import { coordinate, defineEntity, extension, integer, key, real, set, text } from '../../src/index.js';
import type { RecordOf } from '../../src/index.js';
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
