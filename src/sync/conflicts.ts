import { SyncError } from '../errors.js';
import { dropEntries, readJournal } from '../store/knowledge/journal.js';
import type { JournalEntry } from '../store/knowledge/journal.js';
import { LineError } from '../format/parse.js';
import { lostContent, lostToken } from '../files/parse-lost-value.js';
import { elementKey, elementsOf, sortMembers, withTokens } from '../record/content.js';
import { setToken } from '../record/elements.js';
import type { Content } from '../record/content.js';
import { Records } from './records.js';
import type { SyncStore } from '../store/store.js';
import { laterMoment } from '../record/edit-time.js';
import { hasNoTimeOfChange } from './record-changes.js';

/** The journal of a project: values that lost, each with what was kept instead. */
export function listConflicts(store: SyncStore, projectPath: string): JournalEntry[] {
  return readJournal(store.sql, store.projectAt(projectPath));
}

/**
 * Puts a lost value back into its record, as an edit of now, and takes the entry out of the journal. A record that
 * lost as a whole is written again as it was. Throws `not_found` for an unknown number, `bad_input` for an entry with a value that its
 * record cannot have, `refused` where another record is in the way.
 */
export function takeConflict(store: SyncStore, projectPath: string, n: number, now: number = Date.now()): JournalEntry {
  return store.sql.transaction('immediate', () => {
    const entry = listConflicts(store, projectPath).find((one) => one.n === n);
    if (entry === undefined) throw noEntry(n);
    const records = new Records(store, projectPath);
    const entity = records.entity(entry.type);
    const present = records.get(entry.type, entry.id);
    const { field, lost } = entry;
    if (field === null) {
      const content = readEntry(entry, () => lostContent(store.registry, entity, entry.id, lost));
      records.write(updatedNow(content, now), now);
    } else if (present === undefined) {
      throw new SyncError('not_found', `Cannot put ${field} back: ${entry.type} ${entry.id} is deleted`, {
        hint: 'take the entry of the whole record first, where there is one',
      });
    } else {
      const token = readEntry(entry, () => lostToken(entity, field, lost));
      records.write(updatedNow(withLostValue(present, field, token), now), now);
    }
    dropEntries(store.sql, store.projectAt(projectPath), [n]);
    return entry;
  });
}

/** Takes entries out of the journal for good. Throws `not_found` for an unknown number, and drops none. */
export function dropConflicts(store: SyncStore, projectPath: string, numbers: readonly number[]): number {
  const known = new Set(listConflicts(store, projectPath).map(({ n }) => n));
  const missing = numbers.find((n) => !known.has(n));
  if (missing !== undefined) throw noEntry(missing);
  return store.sql.transaction('immediate', () => dropEntries(store.sql, store.projectAt(projectPath), numbers));
}

function noEntry(n: number): SyncError {
  return new SyncError('not_found', `The journal has no entry ${n}`, { hint: 'see the numbers: sc-sync conflicts' });
}

function withLostValue(content: Content, name: string, lost: string): Content {
  const { entity } = content;
  const index = entity.indexOf.get(name);
  const field = index === undefined ? undefined : entity.synced[index]?.field;
  if (index === undefined || field === undefined) {
    return { ...content, unknown: sortMembers([...content.unknown.filter(([other]) => other !== name), [name, lost]]) };
  }
  if (field.kind !== 'set') return withTokens(content, new Map([[index, lost]]));
  const taken = elementsOf(field.set, lost);
  const keys = new Set(taken.map(elementKey));
  const others = elementsOf(field.set, content.tokens[index] ?? '[]').filter(
    (element) => !keys.has(elementKey(element)),
  );
  return withTokens(content, new Map([[index, setToken(field.set, [...others, ...taken])]]));
}

/** An entry may come from a file that anybody wrote. */
function readEntry<T>({ n }: JournalEntry, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof LineError)) throw error;
    throw new SyncError('bad_input', `Cannot put entry ${n} of the journal back: ${error.message}`, {
      hint: `see it: sc-sync conflicts show ${n}; forget it: sc-sync conflicts drop ${n}`,
    });
  }
}

function updatedNow(content: Content, now: number): Content {
  const { entity } = content;
  const index = entity.indexOf.get(entity.updated) ?? -1;
  return hasNoTimeOfChange(entity) ? content : withTokens(content, new Map([[index, laterMoment(content, now)]]));
}
