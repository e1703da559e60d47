import { contentOf } from '../../files/staged-file.js';
import type { StagedContent, StagedFile } from '../../files/staged-file.js';
import { StretchHasher } from '../../files/stretches.js';
import type { Stretch } from '../../files/stretches.js';

/** A line that is no record's: kept at the end of its file as it is. */
export type TailLine = string | Uint8Array;

/** A file that is written line by line. */
export class LineFile {
  readonly #file: StagedFile;

  constructor(file: StagedFile) {
    this.#file = file;
  }

  /** A file that is only hashed and counted, for a dry run. */
  static nowhere(): LineFile {
    const hasher = new StretchHasher();
    const add = (bytes: Uint8Array): void => {
      hasher.add(bytes);
    };
    return new LineFile({
      write: (text) => {
        add(Buffer.from(text));
      },
      writeBytes: add,
      writeStretch: (bytes, stretch) => {
        if (!hasher.addStretch(stretch)) add(bytes);
      },
      close: () => contentOf(hasher.end()),
    });
  }

  write(line: TailLine): void {
    if (typeof line === 'string') {
      this.#file.write(`${line}\n`);
    } else {
      this.#file.writeBytes(line);
      this.#file.write('\n');
    }
  }

  /** Adds whole lines as they lie in another file, where they are hashed already if they are a stretch of it. */
  copy(lines: Uint8Array, stretch: Stretch | undefined): void {
    if (stretch === undefined) this.#file.writeBytes(lines);
    else this.#file.writeStretch(lines, stretch);
  }

  close(): StagedContent {
    return this.#file.close();
  }
}
