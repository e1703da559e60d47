import { isUtf8 } from 'node:buffer';
import { join, posix } from 'node:path';

import { readPlain } from '../files/file.js';
import { versionOf } from '../format/version-of.js';
import { linesOf } from '../merge/data-groups.js';
import type { Registry } from '../registry/entity.js';
import { pathInRepository } from './repository.js';
import type { Repository } from './repository.js';
import { unmergedFiles } from './unmerged.js';
import type { Stages } from './unmerged.js';

/** What git has of a data file under other paths, as one side moved its directory and the other one changed the file where it was. */
export interface MovedVersions {
  readonly stages: Stages;
  /** The paths in the repository, and what stands there now. */
  readonly paths: readonly string[];
  readonly files: readonly Buffer[];
}

/**
 * The data files of an export directory that git could not merge, since it did not see that they are those of another directory: files of
 * one name that one side deleted, or each side has in another place, with a record that the directory has or deleted too.
 *
 * @param unmerged the files of the directory that git calls unmerged.
 */
export function movedVersions(
  registry: Registry,
  repository: Pick<Repository, 'root'>,
  dir: string,
  unmerged: ReadonlyMap<string, Stages>,
): Map<string, MovedVersions> {
  const folder = pathInRepository(repository, dir);
  const elsewhere = new Map<string, MovedVersions>();
  for (const [path, stages] of unmergedFiles(repository, repository.root)) {
    const name = posix.basename(path);
    if (posix.dirname(path) === folder || !name.endsWith('.jsonl') || isWhole(stages)) continue;
    const others = elsewhere.get(name);
    elsewhere.set(name, {
      stages: { ...others?.stages, ...stages },
      paths: [...(others?.paths ?? []), path],
      files: [...(others?.files ?? []), ...fileAt(join(repository.root, path))],
    });
  }
  const moved = new Map<string, MovedVersions>();
  for (const [name, { stages, paths, files }] of elsewhere) {
    const own = unmerged.get(name) ?? {};
    const [here] = fileAt(join(dir, name));
    const hasSide = [stages, own].some(({ ours, theirs }) => ours !== undefined || theirs !== undefined);
    if (here === undefined || !hasSide || isWhole(own)) continue;
    if (!shareRecord(registry, Object.values(stages), [here, ...fileAt(join(dir, registry.deletionsFile))])) continue;
    moved.set(name, { stages: { ours: here, theirs: here, ...own, ...stages }, paths, files });
  }
  return moved;
}

const fileAt = (path: string): Buffer[] => [readPlain(path) ?? []].flat();

/** Whether both sides have a file under one path. */
const isWhole = ({ ours, theirs }: Stages): boolean => ours !== undefined && theirs !== undefined;

function shareRecord(registry: Registry, versions: readonly Buffer[], known: readonly Buffer[]): boolean {
  const keysIn = (bytes: Buffer): string[] =>
    linesOf(isUtf8(bytes) ? bytes.toString() : '').flatMap((line) => {
      const key = versionOf(registry, line);
      return key === undefined ? [] : [`${key.type} ${key.id}`];
    });
  const keys = new Set(known.flatMap(keysIn));
  return versions.flatMap(keysIn).some((key) => keys.has(key));
}
