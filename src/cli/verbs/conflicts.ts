import { Argument } from 'commander';

import { SyncError } from '../../errors.js';
import type { JournalEntry } from '../../store/knowledge/journal.js';
import { calledBy } from '../../record/names.js';
import type { NamedRecord } from '../../record/names.js';
import { nearest } from '../../record/nearest.js';
import { entityNamed } from '../../record/type-names.js';
import { count } from '../describe.js';
import { findOnlyOtherFiles, hasProject } from '../git-state.js';
import {
  findOtherConflicts,
  otherConflictsNamed,
  otherJson,
  otherRows,
  warnOfUnreadable,
  workOnOthers,
} from '../other-conflicts.js';
import type { OtherConflicts } from '../other-conflicts.js';
import { EXIT } from '../exit-codes.js';
import { lossJson } from '../field-change.js';
import { isOf, readNamed, refuseNamed } from '../named.js';
import { data, grid, info, next } from '../outcome.js';
import type { Block, Outcome } from '../outcome.js';
import type { Session } from '../session.js';
import { dateText, timeJson } from '../time-text.js';
import type { Invocation, Verb } from '../verb.js';

const ACTIONS: readonly string[] = ['show', 'take', 'drop'];

export const verb: Verb = {
  usage: '[show|take|drop] [n|record ...]',
  arguments: [new Argument('[words...]', 'what to do, and with which: numbers of entries, or names of records')],
  looks: ([action = 'show']) => action === 'show' || !ACTIONS.includes(action),
  examples: [
    ['sc-sync conflicts', 'the whole journal'],
    ['sc-sync conflicts 6b1d', 'what an issue lost'],
    ['sc-sync conflicts show 3', 'the values of one entry in full'],
    ['sc-sync conflicts take 3', 'put the lost value back, as an edit of now'],
    ['sc-sync conflicts drop 4 5', 'forget entries for good'],
  ],
  run,
};

/** Lists values that lost, or works on some: those of the journal, and those that wait in the git folder. */
function run(invocation: Invocation): Outcome {
  const { session, args } = invocation;
  const others = findOtherConflicts(session);
  const isAction = ACTIONS.includes(args[0] ?? '');
  const asked = (isAction ? args.slice(1) : args).map((word) =>
    others === undefined ? [] : otherConflictsNamed(others, word),
  );
  if (others !== undefined && asked.length > 0 && asked.every((found) => found.length > 0)) {
    return workOnOthers(others, isAction ? (args[0] ?? '') : 'show', [...new Set(asked.flat())]);
  }
  if (hasProject(session) || (others?.losses.length === 0 && findOnlyOtherFiles(session) === undefined)) {
    return runOnJournal(invocation, args.length === 0 ? others : undefined);
  }
  if (args.length === 0) return listAll(session, [], others);
  throw new SyncError('not_found', `No value that lost is called ${args.join(' ')}, and there is no database here`, {
    hint: 'see what each is called: sc-sync conflicts',
  });
}

/** Lists the journal, or works on entries of it. */
function runOnJournal({ session, args }: Invocation, others: OtherConflicts | undefined): Outcome {
  const entries = session.project().conflicts.list();
  const [action = '', ...words] = args;
  if (args.length === 0) return listAll(session, entries, others);
  if (!ACTIONS.includes(action)) return listAll(session, entries.filter(isOf(requireRecord(session, entries, args))));
  const wanted = readEntries(session, entries, action, words);
  switch (action) {
    case 'show':
      return showEntries(session, wanted);
    case 'take':
      return takeEntries(session, wanted);
    default:
      return dropEntries(session, wanted);
  }
}

/** The entries that numbers, or names of records, stand for; each once. */
function readEntries(
  session: Session,
  entries: readonly JournalEntry[],
  action: string,
  words: readonly string[],
): JournalEntry[] {
  if (words.length === 0) {
    throw new SyncError('usage', `Cannot ${action} a value: give the number of an entry, or the name of a record`, {
      hint: 'see the numbers: sc-sync conflicts',
    });
  }
  const wanted = new Set<JournalEntry>();
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    const numbered = entries.find(({ n }) => String(n) === word);
    if (numbered !== undefined) {
      wanted.add(numbered);
      continue;
    }
    const isType = entityNamed(session.store().registry, word) !== undefined;
    const named = requireRecord(session, entries, isType ? words.slice(i, ++i + 1) : [word]);
    for (const entry of entriesOf(entries, named)) wanted.add(entry);
  }
  return [...wanted];
}

/** The record that words name: one that is there, or one that only the journal remembers. */
function requireRecord(session: Session, entries: readonly JournalEntry[], words: readonly string[]): NamedRecord {
  const { registry } = session.store();
  const [first = ''] = words;
  const [guess] = nearest(first, ACTIONS);
  if (guess !== undefined && words.length > 1 && entityNamed(registry, first) === undefined)
    throw noAction(first, guess);
  const { entity, name } = readNamed(registry, 'conflicts', words);
  const found = session.names().find(name, { entity, beside: () => entries });
  if (found !== undefined) return found;
  if (/^\d+$/.test(name)) {
    throw new SyncError('not_found', `The journal has no entry ${name}`, {
      hint: 'see the numbers: sc-sync conflicts',
    });
  }
  if (entity === undefined && guess !== undefined) throw noAction(name, guess);
  return refuseNamed(session, { entity, name });
}

function noAction(found: string, guess: string): SyncError {
  const expected = `${ACTIONS.join(', ')} or the name of a record`;
  return new SyncError('usage', `There is no action ${found}: give ${expected}`, { hint: `did you mean ${guess}?` });
}

function entriesOf(entries: readonly JournalEntry[], record: NamedRecord): JournalEntry[] {
  const found = entries.filter(isOf(record));
  if (found.length > 0) return found;
  throw new SyncError('not_found', `The journal has no entry of ${calledBy(record)}`, {
    hint: 'see all entries: sc-sync conflicts',
  });
}

function listAll(session: Session, entries: readonly JournalEntry[], others?: OtherConflicts): Outcome {
  const ofJournal = entries.map((entry) => [
    String(entry.n),
    session.called(entry),
    entry.field ?? '(all)',
    entry.kept ?? '-',
    entry.lost,
    entry.why,
    dateText(entry.at),
  ]);
  const rows = [...ofJournal, ...(others === undefined ? [] : otherRows(others))];
  return {
    status: EXIT.done,
    json: { conflicts: entries.map(toObject), files: (others?.losses ?? []).map(otherJson) },
    text: [
      ...(others === undefined ? [] : warnOfUnreadable(others)),
      ...(rows.length === 0
        ? [info('no value is lost')]
        : [
            grid(['n', 'record', 'field', 'kept', 'lost', 'why', 'when'], rows, { right: [0], level: 'data' }),
            next(session.call('conflicts', 'take', 'N'), 'puts a lost value back; drop N forgets it'),
          ]),
    ],
  };
}

function showEntries({ called }: Session, entries: readonly JournalEntry[]): Outcome {
  return {
    status: EXIT.done,
    json: { conflicts: entries.map(toObject) },
    text: entries.flatMap((entry) => [
      data(
        `${entry.n}: ${called(entry)}, ${entry.field ?? 'the whole record'}, ${entry.why}, ${dateText(entry.at)}`,
        'strong',
      ),
      data(`base: ${entry.base ?? '-'}`),
      data(`kept: ${entry.kept ?? '-'}`),
      data(`lost: ${entry.lost}`),
    ]),
  };
}

/** All entries or none. */
function takeEntries(session: Session, entries: readonly JournalEntry[]): Outcome {
  session.project().conflicts.take(...entries.map(({ n }) => n));
  const said = entries.map((entry): Block =>
    info(`put ${entry.field ?? 'the whole record'} of ${session.called(entry)} back`),
  );
  const after = next(session.call('sync'), 'writes it to the files');
  return { status: EXIT.done, json: { taken: entries.map(toObject) }, text: [...said, after] };
}

function dropEntries(session: Session, entries: readonly JournalEntry[]): Outcome {
  const dropped = session.project().conflicts.drop(...entries.map(({ n }) => n));
  return {
    status: EXIT.done,
    json: { dropped: entries.map(toObject) },
    text: [info(`dropped ${count(dropped, 'entry', 'entries')}`)],
  };
}

function toObject(entry: JournalEntry): object {
  return { n: entry.n, ...lossJson(entry), at: timeJson(entry.at) };
}
