import { join } from 'node:path';

import type { LineWords } from '../merge/json-options.js';
import { readAttributeFiles } from './attribute-files.js';
import { attributePattern } from './attributes.js';
import { driverCommand, genericDriverName } from './driver-command.js';
import { lineOptionWords } from './line-options.js';
import { describeObstacle, filesOf, obstaclesOf } from './obstacles.js';
import type { Obstacle } from './obstacles.js';
import { isInCache, requireInstalled } from './program-path.js';
import { pathInRepository } from './repository.js';
import type { Repository } from './repository.js';
import { addAttributes, setUpDriver } from './set-up.js';
import { shellWord } from './shell-words.js';
import { pathspecOf, statedDrivers, statementOf } from './stated-drivers.js';
import type { StatedDriver } from './stated-drivers.js';

/**
 * Sets the merge driver up for JSONL files of other programs that match a pattern, from a folder on. The attributes say how they merge, so
 * that each clone can set itself up. Throws `refused`, `usage`.
 */
export function setUpOtherFiles(repository: Repository, folder: string, pattern: string, words: LineWords): string[] {
  requireInstalled('the merge driver');
  const name = genericDriverName(words);
  const lines = [statementOf(words, pattern), `${attributePattern(pattern)} merge=${name}`];
  const within = pathInRepository(repository, folder);
  const prefix = within === '.' ? '' : `${within}/`;
  const files = filesOf(repository, [pathspecOf(prefix, pattern)]);
  // Where there is no such file yet, the pattern itself is asked for.
  const paths = files.length === 0 ? [`${prefix}${pattern.replace(/^\/+/, '')}`] : files;
  return [
    ...addAttributes(repository, join(folder, '.gitattributes'), lines),
    ...setUpLines(repository, name, words),
    ...obstaclesOf(repository, paths).map((obstacle) => `warning: ${describeObstacle(obstacle)}`),
  ];
}

function setUpLines(repository: Repository, name: string, words: LineWords): string[] {
  const says = `merges lines of JSON ${words.key.length === 0 ? 'as a set' : `by ${words.key.join(' or ')}`}`;
  return setUpDriver(repository, name, says, driverCommand(words));
}

/**
 * Sets this clone up for what its attributes say of files of other programs: only the merge driver of this package, with its options. Undefined
 * where they name no driver for such files.
 */
export function setUpStated(repository: Repository): string[] | undefined {
  const files = readAttributeFiles(repository.root);
  const drivers = statedDrivers(files);
  if (drivers.length === 0) return undefined;
  const done = drivers.flatMap((driver) => {
    const { name, words, file } = driver;
    if (words === undefined) {
      return stateOf(repository, driver) === 'unstated' ? [`warning: ${UNSTATED(name, file)}`] : [];
    }
    const options = lineOptionWords(words).map(shellWord).join(' ');
    return setUpLines(repository, name, words).map((line) => `${line}, as ${file} says: ${options}`);
  });
  return [...done, ...obstaclesOfStated(repository, drivers).map((each) => `warning: ${describeObstacle(each)}`)];
}

function obstaclesOfStated(
  repository: Repository,
  drivers: readonly StatedDriver[],
  others: readonly string[] = [],
): Obstacle[] {
  const pathspecs = drivers.flatMap((driver) => driver.pathspecs);
  return obstaclesOf(repository, [...others, ...filesOf(repository, pathspecs)]);
}

const UNSTATED = (name: string, file: string): string =>
  `${file} names the merge driver ${name}, and does not say how it merges; run sc-sync init --driver-only with its options`;

/** Whether this clone merges files of another program by the driver that attributes name. */
export type StatedState =
  /** The configuration names none. */
  | 'missing'
  /** It names one that lies elsewhere. */
  | 'stale'
  /** It names none, and nothing says how the files merge. */
  | 'unstated'
  | 'installed';

function stateOf({ setting }: Repository, { name, words }: StatedDriver): StatedState {
  const found = setting(`merge.${name}.driver`);
  if (words === undefined) return found === undefined ? 'unstated' : 'installed';
  if (found === undefined) return 'missing';
  return found === driverCommand(words) || isInCache() ? 'installed' : 'stale';
}

/** What git has to do with files of other programs in this clone. */
export interface OtherFiles {
  readonly drivers: readonly { readonly name: string; readonly state: StatedState; readonly file: string }[];
  readonly obstacles: readonly Obstacle[];
}

/**
 * Looks at the files of other programs that attributes speak of. Beside those it asks for a file of an export directory, where a filter may be
 * in its way: all else cannot be, or the state of the driver says so.
 */
export function lookAtOtherFiles(repository: Repository, own?: string): OtherFiles {
  const files = readAttributeFiles(repository.root);
  const drivers = statedDrivers(files);
  const hasFilter = files.some(({ lines }) => lines.some((line) => line.includes('filter')));
  return {
    drivers: drivers.map((driver) => ({ name: driver.name, state: stateOf(repository, driver), file: driver.file })),
    obstacles: obstaclesOfStated(repository, drivers, own !== undefined && hasFilter ? [own] : []),
  };
}

/** What somebody should know of it. */
export function describeOtherFiles({ drivers, obstacles }: OtherFiles): string[] {
  return [
    ...drivers.flatMap(({ name, state, file }) => {
      if (state === 'installed') return [];
      if (state === 'unstated') return [UNSTATED(name, file)];
      const is = state === 'missing' ? 'is not set up in this clone' : 'of this clone lies elsewhere';
      return [`the merge driver ${name} ${is}; sc-sync init --driver-only sets it up, as ${file} says`];
    }),
    ...obstacles.map(describeObstacle),
  ];
}
