import { createHash } from 'node:crypto';

import type { StagedContent, StagedFile } from '../../files/staged-file.js';

const NEWLINE = 0x0a;

/** A line that is no record's: kept at the end of its file as it is. */
export type TailLine = string | Uint8Array;

/** A file that is written line by line. */
export class LineFile {
  readonly #file: StagedFile;
  #lines = 0;

  constructor(file: StagedFile) {
    this.#file = file;
  }

  /** A file that is only hashed and counted, for a dry run. */
  static nowhere(): LineFile {
    const hash = createHash('sha256');
    let size = 0;
    const add = (bytes: string | Uint8Array): void => {
      hash.update(bytes);
      size += Buffer.byteLength(bytes);
    };
    return new LineFile({
      get size() {
        return size;
      },
      write: add,
      writeBytes: add,
      close: () => ({ sha256: hash.digest('hex'), bytes: size }),
    });
  }

  /** How many lines were written. */
  get lines(): number {
    return this.#lines;
  }

  write(line: TailLine): void {
    if (typeof line === 'string') {
      this.#file.write(`${line}\n`);
    } else {
      this.#file.writeBytes(line);
      this.#file.write('\n');
    }
    this.#lines++;
  }

  /** Adds whole lines as they lie in another file. */
  copy(lines: Buffer): void {
    this.#file.writeBytes(lines);
    for (let end = lines.indexOf(NEWLINE); end !== -1; end = lines.indexOf(NEWLINE, end + 1)) this.#lines++;
  }

  close(): StagedContent {
    return this.#file.close();
  }
}
