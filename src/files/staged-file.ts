import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, rmSync } from 'node:fs';

import { SyncError } from '../errors.js';
import { keepMode, writeAll } from './file.js';

const BUFFER_BYTES = 256 * 1024;
/** So many bytes are written as they are. */
const LONG_BYTES = 32 * 1024;
/** One UTF-16 unit takes at most three bytes in UTF-8: a pair of surrogates takes four. */
const MOST_BYTES_PER_UNIT = 3;

/** The new content of one file of a `FileSet`, being written. */
export interface StagedFile {
  /** The bytes written so far. */
  readonly size: number;
  /** Appends text as UTF-8. It must hold no lone surrogate, nor end between two that are a pair. */
  write(text: string): void;
  /** Appends bytes; the caller may reuse the array. */
  writeBytes(bytes: Uint8Array): void;
  /** Ends the content and says what it is. May be called again. */
  close(): StagedContent;
}

/** What was written into a {@link StagedFile}. */
export interface StagedContent {
  /** SHA-256 of the bytes, lower-case hex. */
  readonly sha256: string;
  readonly bytes: number;
}

/** Carries out one effect on one file: tells the hook, maps the error, ends the set if it fails. */
export type Perform = <T>(step: string, name: string, effect: () => T) => T;

/** A {@link StagedFile} as its set sees it: a temporary file beside the target, open until it is synced. */
export class TemporaryFile implements StagedFile {
  readonly name: string;
  readonly path: string;
  readonly #perform: Perform;
  readonly #mayWrite: () => boolean;
  readonly #hash = createHash('sha256');
  #fd: number | null;
  readonly #buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  #buffered = 0;
  #written = 0;
  #content: StagedContent | null = null;
  #isFinished = false;

  constructor(name: string, path: string, fd: number, perform: Perform, mayWrite: () => boolean) {
    this.name = name;
    this.path = path;
    this.#fd = fd;
    this.#perform = perform;
    this.#mayWrite = mayWrite;
  }

  get size(): number {
    return this.#written + this.#buffered;
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

  close(): StagedContent {
    if (this.#content !== null) return this.#content;
    this.#flush();
    this.#content = { sha256: this.#hash.digest('hex'), bytes: this.#written };
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
      rmSync(this.path, { force: true });
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

  #append(bytes: Uint8Array): void {
    const fd = this.#requireOpenDescriptor();
    if (this.#mayWrite()) {
      this.#perform('write', this.name, () => {
        writeAll(fd, bytes);
      });
    }
    this.#hash.update(bytes);
    this.#written += bytes.length;
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

function ignoringErrors(effect: () => void): void {
  try {
    effect();
  } catch {
    // Cleaning up after a failure: that failure is what the caller has to hear of.
  }
}
