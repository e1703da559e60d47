import { join } from 'node:path';

import { fileNames } from '../format/line-key.js';
import { versionOf } from '../format/version-of.js';
import { namedRecord } from '../record/names.js';
import type { NamedRecord } from '../record/names.js';
import type { Registry } from '../registry/entity.js';
import { fileExists } from './file.js';
import { readLines } from './line-reader.js';

/** The records that the files of an export directory have a line of, each with what people call it by; a deletion has only its id. */
export function* namedLines(registry: Registry, dir: string): Generator<NamedRecord> {
  for (const path of fileNames(registry).map((name) => join(dir, name))) {
    if (!fileExists(path)) continue;
    for (const { text } of readLines(path, undefined, { cutsLongLines: true })) {
      const version = versionOf(registry, text);
      if (version !== undefined) yield namedRecord(version);
    }
  }
}
