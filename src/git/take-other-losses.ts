import { dirname, join, resolve, sep } from 'node:path';

import { SyncError } from '../errors.js';
import { resolvePath } from '../files/directory.js';
import { atomicWrite, readPlain } from '../files/file.js';
import { commonGitFolder } from '../files/git-folder.js';
import { lostValueFolder } from '../files/lost-value-folder.js';
import { forgetOtherLosses, readOtherLosses } from '../files/other-losses.js';
import type { KeptLoss } from '../files/other-losses.js';
import { putBack } from '../merge/json-put-back.js';
import { hasMarkers } from '../merge/markers.js';

const folderOf = (root: string): string => lostValueFolder(commonGitFolder(root), undefined);

/** The values that lost in files of other programs of a clone, oldest first, and lines that are none. Throws `io`. */
export function listOtherLosses(root: string): ReturnType<typeof readOtherLosses> {
  return readOtherLosses(folderOf(root));
}

/**
 * Puts values back into the files that they lost in, and forgets them then. All of them or none: throws `refused` where one has no place any
 * more, and `io`.
 */
export function takeOtherLosses(root: string, losses: readonly KeptLoss[]): void {
  const files = new Map<string, Buffer>();
  for (const loss of losses) {
    const put = putBack(files.get(loss.path) ?? bytesOf(root, loss), loss);
    if ('problem' in put) throw cannotTake(loss, put.problem);
    files.set(loss.path, put.bytes);
  }
  for (const [path, bytes] of files) atomicWrite(join(root, path), bytes);
  dropOtherLosses(root, losses);
}

/** Forgets values for good. Throws `io`. */
export function dropOtherLosses(root: string, losses: readonly KeptLoss[]): void {
  forgetOtherLosses(folderOf(root), new Set(losses.map(({ n }) => n)));
}

function bytesOf(root: string, loss: KeptLoss): Buffer {
  const path = resolve(root, loss.path);
  // A folder on the way may be a link out of the work tree.
  if (!`${resolvePath(dirname(path))}${sep}`.startsWith(`${root}${sep}`)) {
    throw cannotTake(loss, 'it lies outside of the work tree');
  }
  const bytes = readPlain(path);
  if (bytes === undefined) throw cannotTake(loss, 'the file is gone');
  if (hasMarkers(bytes.toString())) throw cannotTake(loss, 'the file has conflict markers');
  return bytes;
}

function cannotTake({ path, n, field }: KeptLoss, why: string): SyncError {
  return new SyncError('refused', `Cannot put ${field} back into ${path}: ${why}`, {
    hint: `write it into the file yourself, then run sc-sync conflicts drop ${n}`,
  });
}
