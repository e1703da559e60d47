import { isUtf8 } from 'node:buffer';
import { join } from 'node:path';

import { atomicWrite, fileExists, namesIn, readPlain } from '../files/file.js';
import { copyToHistory } from '../files/history.js';
import { withLock } from '../store/lock.js';
import { lostValueFolderOf, workTreeMark } from '../files/lost-value-folder.js';
import { leaveLostValues } from '../files/lost-values.js';
import { linesOf } from '../merge/data-groups.js';
import { hasMarkers, readMarkers } from '../merge/markers.js';
import type { FileSides, MergedFile } from '../merge/file.js';
import { LIMITS, LINE_TOO_LONG, NOT_UTF8, fitsInto } from '../record/limits.js';
import { isReadable, mergeData, mergeDuplicates } from './drive-merge.js';
import { movedVersions } from './moved-versions.js';
import type { MovedVersions } from './moved-versions.js';
import type { Registry } from '../registry/entity.js';
import { literally, pathInRepository } from './repository.js';
import type { Repository } from './repository.js';
import { git } from './run.js';
import { unmergedFiles } from './unmerged.js';
import type { Stages } from './unmerged.js';

/** What a file was healed from: the versions in git's index, its conflict markers, or its own lines. */
export type HealedFrom = 'index' | 'markers' | 'lines';

/** What became of one data file. */
export interface HealedFile {
  readonly name: string;
  readonly from: HealedFrom;
  /** How many values lost; the next import takes them into the journal. */
  readonly lost: number;
  /** What could not be read: then the file was left as it was. */
  readonly problems: readonly string[];
}

/** All that has to be known of a work tree here. */
type WorkTree = Pick<Repository, 'root'>;

/** What {@link resolveFolder} did. */
export interface Healed {
  readonly files: readonly HealedFile[];
  /** Unmerged files of the directory that are no data files: somebody must look at them. */
  readonly left: readonly string[];
  /** Where the old files were copied to. */
  readonly history: string | null;
}

/** What is to be done with one data file. */
interface Task {
  readonly name: string;
  readonly from: HealedFrom;
  readonly merged: MergedFile;
}

/**
 * Heals what a merge without the driver, or one that stopped, left in an export directory: unmerged files from the versions in
 * git's index, files with markers from what the markers say, several lines of one record by making them one. All of it by the one merge.
 * An unmerged file that has no markers and is none of the versions was resolved by hand; it only gets in order. Where one side moved the
 * directory and the other one changed a file where it was, both versions merge into the file of the directory.
 *
 * Throws `io` and `busy`.
 */
export function resolveFolder(
  registry: Registry,
  repository: WorkTree | undefined,
  dir: string,
  options: { readonly now: number; readonly dryRun: boolean },
): Healed {
  const unmerged = repository === undefined ? new Map<string, Stages>() : unmergedFiles(repository, dir);
  const moved =
    repository === undefined ? new Map<string, MovedVersions>() : movedVersions(registry, repository, dir, unmerged);
  const stages = new Map([...unmerged, ...[...moved].map(([name, versions]) => [name, versions.stages] as const)]);
  const names = [...stages.keys()].filter((name) => name.endsWith('.jsonl'));
  const others = dataFiles(dir).filter((name) => !stages.has(name));
  const heal = (): Healed => {
    const tasks = [...names, ...others].flatMap((name) =>
      taskOf(registry, dir, name, stages.get(name), moved.get(name)?.files),
    );
    const done = tasks.filter(({ merged }) => merged.problems.length === 0);
    const history = options.dryRun ? null : carryOut(registry, repository, dir, done, { stages, moved }, options.now);
    return {
      files: tasks.map(({ name, from, merged: { losses, problems } }) => ({
        name,
        from,
        lost: problems.length === 0 ? losses.length : 0,
        problems,
      })),
      left: [...unmerged.keys()].filter((name) => !name.endsWith('.jsonl')),
      history,
    };
  };
  return options.dryRun || !fileExists(dir) ? heal() : withLock(dir, { timeoutMs: 5000 }, heal);
}

function dataFiles(dir: string): string[] {
  return namesIn(dir)
    .filter((name) => name.endsWith('.jsonl') && !name.startsWith('.'))
    .sort();
}

function taskOf(
  registry: Registry,
  dir: string,
  name: string,
  stages: Stages | undefined,
  elsewhere: readonly Buffer[] = [],
): Task[] {
  const file = readPlain(join(dir, name));
  const sources: Readonly<Record<string, Buffer | undefined>> = stages ?? { 'the file': file };
  // Taken for texts they would get other bytes.
  const broken = Object.entries(sources).filter(([, bytes]) => bytes !== undefined && !isUtf8(bytes));
  if (broken.length > 0) {
    const problems = broken.map(([which]) => `${which}: ${NOT_UTF8}`);
    return [{ name, from: stages === undefined ? 'lines' : 'index', merged: { text: '', losses: [], problems } }];
  }
  if (stages !== undefined) {
    const files = [...(file === undefined ? [] : [file]), ...elsewhere];
    return [{ name, from: 'index', merged: mergeStages(registry, name, stages, files) }];
  }
  const text = file?.toString();
  if (text === undefined) return [];
  const long = text.split('\n').findIndex((line) => !fitsInto(line, LIMITS.lineBytes));
  if (long >= 0) {
    const problems = [`the file:${long + 1}: ${LINE_TOO_LONG}`];
    return [{ name, from: 'lines', merged: { text, losses: [], problems } }];
  }
  if (hasMarkers(text)) return [{ name, from: 'markers', merged: mergeMarked(registry, name, 'the file', text) }];
  const merged = mergeDuplicates(registry, name, text);
  return merged.text === text ? [] : [{ name, from: 'lines', merged }];
}

/** The versions in the index first, whatever the files hold; then what somebody wrote into that meanwhile, as a version without a base. */
function mergeStages(registry: Registry, name: string, stages: Stages, files: readonly Buffer[]): MergedFile {
  const textOf = (side: keyof FileSides): string => stages[side]?.toString() ?? '';
  const sides = { base: textOf('base'), ours: textOf('ours'), theirs: textOf('theirs') };
  const merged = mergeSides(registry, name, sides);
  const readable = files.filter((file) => isUtf8(file));
  const written = readable.flatMap((file) => writtenSince(registry, name, sides, file.toString()));
  if (merged.problems.length > 0 || written.length === 0) return merged;
  const all = mergeData(registry, name, { base: '', ours: merged.text, theirs: written.join('\n') });
  return { ...all, losses: [...merged.losses, ...all.losses] };
}

/** The lines of a file that none of the versions has. What cannot be read, as markers, is nobody's record. */
function writtenSince(registry: Registry, name: string, sides: FileSides, text: string): string[] {
  const known = new Set(Object.values(sides).flatMap(linesOf));
  return linesOf(text).filter((line) => !known.has(line) && isReadable(registry, name, line));
}

/** A side with markers, committed by somebody, is healed first. */
function mergeSides(registry: Registry, name: string, sides: FileSides): MergedFile {
  const losses: MergedFile['losses'][number][] = [];
  const problems: string[] = [];
  const healed = (which: keyof FileSides): string => {
    if (!hasMarkers(sides[which])) return sides[which];
    const merged = mergeMarked(registry, name, which, sides[which]);
    for (const loss of merged.losses) losses.push(loss);
    for (const problem of merged.problems) problems.push(problem);
    return merged.text;
  };
  const [ours, theirs] = [healed('ours'), healed('theirs')];
  if (problems.length > 0) return { text: '', losses, problems };
  const merged = mergeData(registry, name, { base: sides.base, ours, theirs });
  return { ...merged, losses: [...losses, ...merged.losses] };
}

/** Makes a text with markers anew from what they say; where nobody can tell, that is a problem. */
function mergeMarked(registry: Registry, name: string, where: string, text: string): MergedFile {
  const read = readMarkers(text);
  if ('sides' in read) return mergeData(registry, name, read.sides);
  return { text, losses: [], problems: [`${where}:${read.problem.line}: ${read.problem.what}`] };
}

/** Writes the healed files, first what lost; tells git of those that were unmerged. */
function carryOut(
  registry: Registry,
  repository: WorkTree | undefined,
  dir: string,
  tasks: readonly Task[],
  { stages, moved }: { stages: ReadonlyMap<string, Stages>; moved: ReadonlyMap<string, MovedVersions> },
  now: number,
): string | null {
  if (tasks.length === 0) return null;
  const history = copyToHistory(
    dir,
    tasks.map(({ name }) => name),
    now,
  );
  const folder = lostValueFolderOf(dir) ?? dir;
  const mark = repository === undefined ? '' : workTreeMark(repository.root);
  for (const { name, merged } of tasks) {
    leaveLostValues(registry, folder, merged.losses, now, mark);
    atomicWrite(join(dir, name), merged.text);
  }
  const resolved = tasks.map(({ name }) => name).filter((name) => stages.has(name));
  if (repository !== undefined && resolved.length > 0) {
    const inside = pathInRepository(repository, dir);
    git(['add', '--', ...resolved.map((name) => literally(inside === '.' ? name : `${inside}/${name}`))], {
      cwd: repository.root,
    });
    const gone = resolved.flatMap((name) => moved.get(name)?.paths ?? []);
    if (gone.length > 0) git(['rm', '--quiet', '--force', '--', ...gone.map(literally)], { cwd: repository.root });
  }
  return history;
}
