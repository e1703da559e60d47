import { Argument } from 'commander';

import { dropConflicts, listConflicts, takeConflict } from '../../sync/conflicts.js';
import { SyncError } from '../../errors.js';
import type { JournalEntry } from '../../store/knowledge/journal.js';
import type { SyncStore } from '../../store/store.js';
import { formatStamp, isStamp } from '../../record/stamp.js';
import { count, recordName } from '../describe.js';
import { EXIT } from '../exit-codes.js';
import { lossJson } from '../field-change.js';
import { data, grid, info } from '../outcome.js';
import type { Block, Outcome } from '../outcome.js';
import type { Invocation, Verb } from '../verb.js';

/** How much of a value is shown in a table, in characters. */
const SHORT = 40;

export const verb: Verb = {
  arguments: [
    new Argument('[action]', 'what to do with entries').choices(['show', 'take', 'drop']),
    new Argument('[n...]', 'numbers of entries'),
  ],
  looks: ([action = 'show']) => action === 'show',
  examples: [
    ['sc-sync conflicts', 'the whole journal'],
    ['sc-sync conflicts show 3', 'the values of one entry in full'],
    ['sc-sync conflicts take 3', 'put the lost value back, as an edit of now'],
    ['sc-sync conflicts drop 3 4', 'forget entries for good'],
  ],
  run,
};

/** Lists the journal, or works on entries of it. */
function run({ session, args: [action, ...numbers] }: Invocation): Outcome {
  const store = session.store();
  const { projectPath } = session.place();
  if (action === undefined) return listAll(listConflicts(store, projectPath));
  const wanted = readNumbers(action, numbers);
  switch (action) {
    case 'show':
      return showEntries(entriesOf(store, projectPath, wanted));
    case 'take':
      return takeEntries(store, projectPath, wanted);
    default:
      return dropEntries(store, projectPath, wanted);
  }
}

function readNumbers(action: string, words: readonly string[]): number[] {
  const wrong = words.find((word) => !/^\d{1,15}$/.test(word));
  if (wrong !== undefined) throw new SyncError('usage', `${JSON.stringify(wrong)}: expected the number of an entry`);
  if (words.length === 0) {
    throw new SyncError('usage', `conflicts ${action}: expected the number of an entry`, {
      hint: 'see the numbers: conflicts',
    });
  }
  return [...new Set(words.map(Number))];
}

function entriesOf(store: SyncStore, project: string, numbers: readonly number[]): JournalEntry[] {
  const entries = new Map(listConflicts(store, project).map((entry) => [entry.n, entry]));
  return numbers.map((n) => {
    const entry = entries.get(n);
    if (entry !== undefined) return entry;
    throw new SyncError('not_found', `the journal has no entry ${n}`, { hint: 'see the numbers: conflicts' });
  });
}

function listAll(entries: readonly JournalEntry[]): Outcome {
  const rows = entries.map((entry) => [
    String(entry.n),
    recordName(entry),
    entry.field ?? '(all)',
    short(entry.kept),
    short(entry.lost),
    entry.why,
    when(entry),
  ]);
  return {
    status: EXIT.done,
    json: { conflicts: entries.map(toObject) },
    text:
      entries.length === 0
        ? [info('no conflicts')]
        : [grid(['n', 'record', 'field', 'kept', 'lost', 'why', 'when'], rows, { right: [0], level: 'data' })],
  };
}

function showEntries(entries: readonly JournalEntry[]): Outcome {
  return {
    status: EXIT.done,
    json: { conflicts: entries.map(toObject) },
    text: entries.flatMap((entry) => [
      data(
        `${entry.n}: ${recordName(entry)}, ${entry.field ?? 'the whole record'}, ${entry.why}, ${when(entry)}`,
        'strong',
      ),
      data(`base: ${entry.base ?? '-'}`),
      data(`kept: ${entry.kept ?? '-'}`),
      data(`lost: ${entry.lost}`),
    ]),
  };
}

/** All entries or none. */
function takeEntries(store: SyncStore, project: string, numbers: readonly number[]): Outcome {
  const entries = entriesOf(store, project, numbers);
  store.sql.transaction('immediate', () => {
    for (const { n } of entries) takeConflict(store, project, n);
  });
  const said = entries.map((entry): Block =>
    info(`took ${entry.field ?? 'the whole record'} of ${recordName(entry)} back; export or sync writes it`),
  );
  return { status: EXIT.done, json: { taken: entries.map(toObject) }, text: said };
}

function dropEntries(store: SyncStore, project: string, numbers: readonly number[]): Outcome {
  const dropped = dropConflicts(store, project, numbers);
  return {
    status: EXIT.done,
    json: { dropped: numbers },
    text: [info(`dropped ${count(dropped, 'entry', 'entries')}`)],
  };
}

function toObject(entry: JournalEntry): object {
  return { n: entry.n, ...lossJson(entry), at: entry.at };
}

function short(token: string | null): string {
  if (token === null) return '-';
  const characters = Array.from(token);
  return characters.length <= SHORT ? token : `${characters.slice(0, SHORT - 1).join('')}…`;
}

function when({ at }: JournalEntry): string {
  return isStamp(at) ? formatStamp(at).slice(0, 19).replace('T', ' ') : `${at} ms`;
}
