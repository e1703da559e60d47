import { closeSync, fsyncSync, unlinkSync } from 'node:fs';

import { SyncError } from '../errors.js';
import { keepMode, writeAll } from './file.js';
import { StretchHasher } from './stretches.js';
import type { FileDigest, Stretch } from './stretches.js';

const BUFFER_BYTES = 256 * 1024;
/** So many bytes are written as they are. */
const LONG_BYTES = 32 * 1024;
/** One UTF-16 unit takes at most three bytes in UTF-8: a pair of surrogates takes four. */
const MOST_BYTES_PER_UNIT = 3;

/** The new content of one file of a `FileSet`, being written. */
export interface StagedFile {
  /** Appends text as UTF-8. It must hold no lone surrogate, nor end between two that are a pair. */
  write(text: string): void;
  /** Appends bytes; the caller may reuse the array. */
  writeBytes(bytes: Uint8Array): void;
  /** Appends whole lines of another file, which are hashed already. */
  writeStretch(bytes: Uint8Array, stretch: Stretch): void;
  /** Ends the content and says what it is. May be called again. */
  close(): StagedContent;
}

/** What was written into a {@link StagedFile}. */
export interface StagedContent {
  readonly digest: FileDigest;
  readonly bytes: number;
  readonly lines: number;
}

/** Carries out one effect on one file: tells the hook, maps the error, ends the set if it fails. */
export type Perform = <T>(step: string, name: string, effect: () => T) => T;

/** A {@link StagedFile} as its set sees it: a temporary file beside the target, open until it is synced. */
export class TemporaryFile implements StagedFile {
  readonly name: string;
  readonly path: string;
  readonly #perform: Perform;
  readonly #mayWrite: () => boolean;
  readonly #hasher = new StretchHasher();
  #fd: number | null;
  readonly #buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  #buffered = 0;
  #content: StagedContent | null = null;
  #isFinished = false;

  constructor(name: string, path: string, fd: number, perform: Perform, mayWrite: () => boolean) {
    this.name = name;
    this.path = path;
    this.#fd = fd;
    this.#perform = perform;
    this.#mayWrite = mayWrite;
  }

  write(text: string): void {
    this.#requireOpen();
    // Encoding right into the buffer is several times faster than joining strings first.
    if (this.#makeRoom(text.length * MOST_BYTES_PER_UNIT)) {
      this.#buffered += this.#buffer.write(text, this.#buffered);
    } else {
      this.#append(Buffer.from(text));
    }
  }

  writeBytes(bytes: Uint8Array): void {
    this.#requireOpen();
    if (bytes.length >= LONG_BYTES) {
      this.#flush();
      this.#append(bytes);
    } else {
      this.#makeRoom(bytes.length);
      this.#buffer.set(bytes, this.#buffered);
      this.#buffered += bytes.length;
    }
  }

  writeStretch(bytes: Uint8Array, stretch: Stretch): void {
    this.#requireOpen();
    this.#flush();
    this.#append(bytes, stretch);
  }

  close(): StagedContent {
    if (this.#content !== null) return this.#content;
    this.#flush();
    this.#content = contentOf(this.#hasher.end());
    return this.#content;
  }

  /** Everything that has to be done before the first file of the set may be renamed. */
  finish(target: string): void {
    if (this.#isFinished) return;
    this.close();
    const fd = this.#requireOpenDescriptor();
    this.#perform('fsync', this.name, () => {
      keepMode(fd, target);
      fsyncSync(fd);
      this.#fd = null;
      closeSync(fd);
    });
    this.#isFinished = true;
  }

  /** Deletes the file, whatever state it is in. Never throws. */
  discard(): void {
    const fd = this.#fd;
    this.#fd = null;
    if (fd !== null)
      ignoringErrors(() => {
        closeSync(fd);
      });
    ignoringErrors(() => {
      unlinkSync(this.path);
    });
  }

  /** Empties the buffer where it must; `false` if so many bytes do not even fit into the empty buffer. */
  #makeRoom(bytes: number): boolean {
    if (bytes > BUFFER_BYTES - this.#buffered) this.#flush();
    return bytes <= BUFFER_BYTES;
  }

  #flush(): void {
    if (this.#buffered === 0) return;
    this.#append(this.#buffer.subarray(0, this.#buffered));
    this.#buffered = 0;
  }

  #append(bytes: Uint8Array, stretch?: Stretch): void {
    const fd = this.#requireOpenDescriptor();
    if (this.#mayWrite()) {
      this.#perform('write', this.name, () => {
        writeAll(fd, bytes);
      });
    }
    if (stretch === undefined || !this.#hasher.addStretch(stretch)) this.#hasher.add(bytes);
  }

  #requireOpen(): void {
    if (this.#content !== null) throw new SyncError('usage', `Cannot add to ${this.name}: it is closed`);
    this.#requireOpenDescriptor();
  }

  #requireOpenDescriptor(): number {
    if (this.#fd === null) throw new SyncError('usage', `Cannot add to ${this.name}: its set has ended`);
    return this.#fd;
  }
}

/** What a content is, by its digest. */
export function contentOf(digest: FileDigest): StagedContent {
  const sum = (count: (stretch: Stretch) => number): number =>
    digest.stretches.reduce((total, stretch) => total + count(stretch), 0);
  return { digest, bytes: sum(({ bytes }) => bytes), lines: sum(({ lines }) => lines) };
}

function ignoringErrors(effect: () => void): void {
  try {
    effect();
  } catch {
    // Cleaning up after a failure: that failure is what the caller has to hear of.
  }
}
