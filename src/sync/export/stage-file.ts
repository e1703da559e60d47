import { join } from 'node:path';

import type { FileSet } from '../../files/file-set.js';
import type { FileDigest } from '../../files/stretches.js';
import type { ExportRun } from './context.js';
import { LineFile } from './line-file.js';
import type { ExportFileInfo } from './stats.js';

/** A file that is written beside the one that it is to replace. */
export interface WrittenFile extends ExportFileInfo {
  readonly digest: FileDigest;
}

/** What a file is written with. */
interface Writing {
  readonly name: string;
  /** The hash of the file that is there. */
  readonly old: string | undefined;
  /** Asked before bytes get onto the disk. */
  readonly mayWrite: () => boolean;
  readonly write: (file: LineFile) => void;
}

/** Writes a file beside its target; undefined where it would be as it is. A file without lines is not made. */
export function stageFile(
  { dir, dryRun }: Pick<ExportRun, 'dir' | 'dryRun'>,
  files: FileSet,
  { name, old, mayWrite, write }: Writing,
): WrittenFile | undefined {
  const file = dryRun ? LineFile.nowhere() : new LineFile(files.stage(name, mayWrite));
  write(file);
  const { digest, bytes, lines } = file.close();
  const isChanged = bytes === 0 ? old !== undefined : true;
  if (isChanged && digest.hash !== old) return { name, path: join(dir, name), size: bytes, lines, digest };
  if (!dryRun) files.discard(name);
  return undefined;
}
