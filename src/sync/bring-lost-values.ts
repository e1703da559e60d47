import { existsSync, renameSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { makeFolder, OWNER_ONLY, workTreeOf } from '../files/directory.js';
import { withIoErrors } from '../files/io-error.js';
import { lostValueFolderOf } from '../files/lost-value-folder.js';
import { lostValueFiles } from '../files/lost-values.js';
import { emptiedTargets } from '../store/knowledge/target.js';
import type { Target } from '../store/knowledge/target.js';
import type { Sql } from '../store/sql.js';

/**
 * Brings along what lost merges of an export directory before somebody moved it to where it is now: such values wait in the git folder, by
 * the path of their directory. Throws `io`.
 */
export function bringLostValues(sql: Sql, { dir, project }: Pick<Target, 'dir' | 'project'>): void {
  const root = workTreeOf(dir);
  const here = lostValueFolderOf(dir, root);
  if (here === undefined || !existsSync(dirname(here))) return;
  const before = emptiedTargets(sql, project).flatMap((target) => lostValueFolderOf(target.dir, root) ?? []);
  for (const path of before.filter((folder) => folder !== here).flatMap(lostValueFiles)) {
    makeFolder(here, OWNER_ONLY);
    withIoErrors(path, 'move', () => {
      renameSync(path, join(here, basename(path)));
    });
  }
}
