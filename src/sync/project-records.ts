import { SyncError } from '../errors.js';
import { toRecord } from '../record/object.js';
import type { RecordObject } from '../record/object.js';
import type { RecordKey } from '../record/record-key.js';
import type { Registry } from '../registry/entity.js';
import type { FieldsIn, RecordIn, TypeIn } from '../registry/record-of.js';
import type { SyncStore } from '../store/store.js';
import { listPrivate, setPrivate } from './private.js';
import type { PrivacyChange } from './private.js';
import { Records } from './records.js';

/**
 * The records of a project, as objects. They are read from and written to the database; the next export or sync takes the changes to the
 * files. Where a field holds a path of this machine it is written as in the files: `.` is the project.
 */
export class ProjectRecords<R extends Registry = Registry> {
  readonly #store: SyncStore<R>;
  readonly #path: string;
  readonly #now: () => number;
  readonly #records: Records;

  /** @internal */
  constructor(store: SyncStore<R>, path: string, now: () => number) {
    this.#store = store;
    this.#path = path;
    this.#now = now;
    this.#records = new Records(store, path);
  }

  /** One record; undefined where the project has none with this id. */
  get<Type extends TypeIn<R>>(type: Type, id: string): RecordIn<R, Type> | undefined {
    const content = this.#records.get(type, id);
    return content && (toRecord(content) as RecordIn<R, Type>);
  }

  /** All records of a type, in the order of their ids. They are read while you go through them, 500 at a time. */
  *list<Type extends TypeIn<R>>(type: Type): Generator<RecordIn<R, Type>, undefined> {
    for (const content of this.#records.list(type)) yield toRecord(content) as RecordIn<R, Type>;
  }

  /**
   * Makes a record, or changes one: fields that are not given stay as they are, and a new record gets the defaults of its table. The key
   * among the fields says which record is meant; without it a new one gets an id of its own. A record that changes was changed now,
   * unless you give another time. Nothing is written where nothing changes.
   *
   * ```ts
   * const note = project.records.put('note', { title: 'Bread' });
   * project.records.put('note', { id: note.id, body: 'Flour, water, salt' });
   * ```
   *
   * @returns the record as the database has it now
   * @throws SyncError `bad_input` with every wrong field, `not_found` when its parent is not here, `refused` when the id belongs to
   * another project or its natural key is another record's
   */
  put<Type extends TypeIn<R>>(type: Type, fields: FieldsIn<R, Type>): RecordIn<R, Type> {
    const { key } = this.#records.entity(type);
    const id: unknown = (fields as RecordObject)[key];
    if (id !== undefined && typeof id !== 'string')
      throw new SyncError('bad_input', `Cannot save the ${type}: ${key} must be a text, not a ${typeof id}`);
    const written = this.#records.put(type, id, fields, this.#now());
    return toRecord(this.#records.require(type, written.id)) as RecordIn<R, Type>;
  }

  /**
   * Deletes a record with all that cannot be without it, and says what is gone, the record itself first.
   *
   * @throws SyncError `not_found`
   */
  delete(type: TypeIn<R>, id: string): RecordKey[] {
    return this.#records.remove(type, id);
  }

  /**
   * Says that a record, with all that cannot be without it, never leaves the database, or with `false` that it may again. What was
   * exported before makes exports refuse, until one is told to `unpublish`.
   *
   * @throws SyncError `not_found`
   */
  setPrivate(type: TypeIn<R>, id: string, isPrivate = true): PrivacyChange {
    return setPrivate(this.#store, this.#path, { type, id }, isPrivate);
  }

  /** The records that were said to be private, without those that are so by a rule of `sync.json` or by their parent. */
  listPrivate(): RecordKey[] {
    return listPrivate(this.#store, this.#path);
  }
}
