import { join } from 'node:path';

import { git } from './fleet-clone.mjs';
import { SHARED } from './fleet-rounds.mjs';

/** @import { FleetClone } from './fleet-clone.mjs' */
/** @import { Fleet } from './fleet-rounds.mjs' */

/**
 * Pulls in every clone, one after the other, and looks whether everything arrived. Gives what does not hold, in words.
 *
 * @param {Fleet} fleet
 * @returns {Promise<string[]>}
 */
export async function settle(fleet) {
  /** @type {string[]} */
  const faults = [];
  for (const clone of fleet.clones) faults.push((await clone.pull()) ?? '');
  return [...faults, ...checkFleet(fleet)].filter((fault) => fault !== '');
}

/**
 * What does not hold in a fleet at rest: all databases and files are equal, hold each record once and no deleted one, and no value is
 * lost without a word.
 *
 * @param {Fleet} fleet
 * @returns {string[]}
 */
export function checkFleet(fleet) {
  const [first] = fleet.clones;
  if (first === undefined) return ['there are no clones'];
  const files = JSON.stringify(first.files());
  const records = JSON.stringify([...first.records()]);
  const head = git(join(fleet.root, 'server.git'), 'rev-parse', 'main');
  return [
    ...fleet.clones.flatMap((clone) => [
      ...(JSON.stringify(clone.files()) === files ? [] : [`the files of ${clone.name} differ from ${first.name}'s`]),
      ...(JSON.stringify([...clone.records()]) === records ? [] : [`the database of ${clone.name} differs`]),
      ...checkGit(clone, head),
    ]),
    ...fleet.clones.flatMap((clone) => checkRecords(fleet, clone)),
    ...checkValues(fleet, first),
  ];
}

/**
 * @param {FleetClone} clone
 * @param {string} expected
 */
function checkGit(clone, expected) {
  const { status, head } = clone.gitState();
  return [
    ...(status === '' ? [] : [`git has changes in ${clone.name}: ${status.trim()}`]),
    ...(head === expected ? [] : [`the branch of ${clone.name} is not where the remote's is`]),
  ];
}

/**
 * Which records a clone lacks, has twice, or should not have any more.
 *
 * @param {Fleet} fleet
 * @param {FleetClone} clone
 */
function checkRecords({ kept, deleted }, clone) {
  const { 'deletions.jsonl': deletions = '', ...files } = clone.files();
  const texts = Object.entries(files).flatMap(([name, text]) => (name === 'conflicts.jsonl' ? [] : [text]));
  const lines = countIds(texts.join(''), 'id');
  const tombstones = countIds(deletions, 'entity_id');
  const records = clone.records();
  /** @type {string[]} */
  const faults = [];
  const expect = (/** @type {boolean} */ holds, /** @type {string} */ otherwise) => {
    if (!holds) faults.push(`${clone.name}: ${otherwise}`);
  };
  for (const id of kept) {
    expect(records.has(id), `${id} is not in the database`);
    expect(lines.get(id) === 1, `${id} stands ${lines.get(id) ?? 0} times in the files`);
    expect(!tombstones.has(id), `${id} is among the deletions`);
  }
  for (const id of deleted) {
    expect(!records.has(id), `${id} is still in the database`);
    expect(!lines.has(id), `${id} is still in the files`);
    expect(tombstones.get(id) === 1, `${id} stands ${tombstones.get(id) ?? 0} times among the deletions`);
  }
  expect(records.size === kept.size, `the database has ${records.size} records, not ${kept.size}`);
  expect(lines.size === kept.size, `the files have ${lines.size} records, not ${kept.size}`);
  return faults;
}

/**
 * How often each id stands in lines.
 *
 * @param {string} text
 * @param {string} name
 */
function countIds(text, name) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const line of text.split('\n').filter((each) => each !== '')) {
    const id = String(JSON.parse(line)[name]);
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

/**
 * Each value that was written is there, was overwritten by somebody who had seen it, or stands in a journal.
 *
 * @param {Fleet} fleet
 * @param {FleetClone} first
 */
function checkValues({ clones, labels, titles }, first) {
  const { title, labels: found } = JSON.parse(first.records().get(SHARED) ?? '{"labels":[]}');
  const journal = new Set(
    clones
      .flatMap((clone) => clone.journal())
      .flatMap(({ id, field, lost }) => (id === SHARED ? [`${field} ${lost}`] : [])),
  );
  const seen = new Set([title, ...titles.map(({ over }) => over)]);
  return [
    ...[...labels].flatMap((label) => (found.includes(label) ? [] : [`the label ${label} is lost`])),
    ...titles.flatMap(({ value }) =>
      seen.has(value) || journal.has(`title ${JSON.stringify(value)}`) ? [] : [`the title ${value} is lost`],
    ),
  ];
}
