import { join } from 'node:path';

import { readPlain, writeParts } from '../files/file.js';
import { commonGitFolder } from '../files/git-folder.js';
import { copyToHistory } from '../files/history.js';
import { lostValueFolder, workTreeMark } from '../files/lost-value-folder.js';
import { leaveOtherLosses } from '../files/other-losses.js';
import { mergeChunks } from '../merge/chunks.js';
import type { MergedBytes } from '../merge/chunks.js';
import { jsonLines } from '../merge/json-file.js';
import type { JsonFileOptions } from '../merge/json-file.js';
import { lineOptions } from '../merge/json-options.js';
import { hasMarkers } from '../merge/markers.js';
import { otherLossesOf } from './drive-merge.js';
import { literally, pathInRepository } from './repository.js';
import type { Repository } from './repository.js';
import type { HealedFile } from './resolve.js';
import { unmergedFiles } from './unmerged.js';
import type { Stages } from './unmerged.js';
import { git } from './run.js';
import { lineWordsOfPaths } from './stated-drivers.js';

/** What became of the unmerged files of other programs. */
export interface HealedOthers {
  /** The names of the files are their paths, as git names them. */
  readonly files: readonly HealedFile[];
  /** Files that somebody must decide on: one side removed it, or it has no conflict markers any more. */
  readonly undecided: readonly string[];
  /** Where the old files were copied to. */
  readonly history: string | null;
}

interface Task {
  readonly path: string;
  readonly lines: JsonFileOptions;
  readonly merged: MergedBytes;
}

/**
 * Heals files of other programs that a merge without the driver left unmerged, as attributes say how their lines merge: each is made anew from its
 * versions in git's index. What somebody wrote in the place of conflict markers stays. Throws `io`.
 *
 * @param dir the export directory, whose files are healed in another way
 */
export function resolveOtherFiles(
  repository: Repository,
  dir: string,
  { now, dryRun }: { readonly now: number; readonly dryRun: boolean },
): HealedOthers {
  const { root } = repository;
  const own = `${pathInRepository(repository, dir)}/`;
  const unmerged = new Map([...unmergedFiles(repository, root)].filter(([path]) => !path.startsWith(own)));
  const words = lineWordsOfPaths(repository, [...unmerged.keys()]);
  const tasks: Task[] = [];
  const undecided: string[] = [];
  for (const [path, asked] of words) {
    const merged = mergeStages(root, path, unmerged.get(path) ?? {}, lineOptions(asked));
    if (merged === undefined) undecided.push(path);
    else tasks.push({ path, ...merged });
  }
  const done = tasks.filter(({ merged }) => merged.problems.length === 0);
  return {
    files: tasks.map(({ path, merged: { losses, problems } }) => ({
      name: path,
      from: 'index',
      lost: problems.length === 0 ? losses.length : 0,
      problems,
    })),
    undecided,
    history: dryRun || done.length === 0 ? null : carryOut(root, done, now),
  };
}

/** Undefined where somebody must decide, or has decided. */
function mergeStages(
  root: string,
  path: string,
  { base, ours, theirs }: Stages,
  lines: JsonFileOptions | undefined,
): Omit<Task, 'path'> | undefined {
  const file = readPlain(join(root, path));
  if (lines === undefined || ours === undefined || theirs === undefined || file === undefined) return undefined;
  const isUntouched = hasMarkers(file.toString()) || file.equals(ours) || file.equals(theirs);
  if (!isUntouched || [ours, theirs].some((side) => side.includes(0))) return undefined;
  return { lines, merged: mergeChunks({ base: base ?? Buffer.alloc(0), ours, theirs }, jsonLines(lines)) };
}

/** Writes the healed files, first what lost, and tells git. */
function carryOut(root: string, tasks: readonly Task[], now: number): string {
  const kept = lostValueFolder(commonGitFolder(root), undefined);
  const paths = tasks.map(({ path }) => path);
  const history = copyToHistory(root, paths, now, kept);
  for (const { path, lines, merged } of tasks) {
    leaveOtherLosses(kept, otherLossesOf(path, lines, merged.losses, now), now, workTreeMark(root));
    writeParts(join(root, path), merged.parts);
  }
  git(['add', '--', ...paths.map(literally)], { cwd: root });
  return history;
}
