import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { readLines, type TextLine } from '../../src/files/line-reader.js';
import { temporaryFolder } from './temporary-folder.js';
import { thrownBy } from './thrown.js';

function linesOf(content: string | Uint8Array, chunkBytes?: number): readonly TextLine[] {
  const path = join(temporaryFolder(), 'lines.jsonl');
  writeFileSync(path, content);
  return [...readLines(path, undefined, { chunkBytes })];
}

function bytesOf(lines: readonly TextLine[]): Buffer {
  return Buffer.concat(lines.flatMap((line) => [line.bytes ?? Buffer.from(line.text), Buffer.from(line.ending)]));
}

describe('readLines', () => {
  it('numbers the lines and tells their endings', () => {
    expect(linesOf('one\ntwo\r\n\nlast')).toEqual([
      { text: 'one', number: 1, ending: '\n' },
      { text: 'two', number: 2, ending: '\r\n' },
      { text: '', number: 3, ending: '\n' },
      { text: 'last', number: 4, ending: '' },
    ]);
  });

  it('yields nothing for an empty file, and no empty line after a final newline', () => {
    expect(linesOf('')).toEqual([]);
    expect(linesOf('\n')).toEqual([{ text: '', number: 1, ending: '\n' }]);
  });

  it('takes only LF and CRLF for the end of a line', () => {
    expect(linesOf('a\u2028b\u0085c\rd\n\r').map((line) => line.text)).toEqual(['a\u2028b\u0085c\rd', '\r']);
    expect(linesOf('a\r\r\n')).toEqual([{ text: 'a\r', number: 1, ending: '\r\n' }]);
  });

  it('leaves a byte order mark in the text', () => {
    expect(linesOf('\uFEFF{}\n')).toEqual([{ text: '\uFEFF{}', number: 1, ending: '\n' }]);
  });

  it.each([4, 1024])('reports invalid UTF-8 without touching its neighbours (chunks of %i bytes)', (chunkBytes) => {
    const bad = Buffer.from([0x61, 0xff, 0xc3, 0x62]);
    const content = Buffer.concat([Buffer.from('é1\r\n'), bad, Buffer.from('\r\nü3\n'), bad.subarray(1, 3)]);
    expect(linesOf(content, chunkBytes)).toEqual([
      { text: 'é1', number: 1, ending: '\r\n' },
      { text: 'a\uFFFD\uFFFDb', number: 2, ending: '\r\n', invalidUtf8: true, bytes: Uint8Array.from(bad) },
      { text: 'ü3', number: 3, ending: '\n' },
      { text: '\uFFFD\uFFFD', number: 4, ending: '', invalidUtf8: true, bytes: Uint8Array.of(0xff, 0xc3) },
    ]);
  });

  it('reports a surrogate encoded as UTF-8', () => {
    expect(linesOf(Buffer.from([0xed, 0xa0, 0x80, 0x0a]))[0]?.invalidUtf8).toBe(true);
  });

  it('reads a line that is much longer than a chunk', () => {
    const long = '€'.repeat(10_000);
    expect(linesOf(`${long}\nx\n`, 64).map((line) => line.text)).toEqual([long, 'x']);
  });

  it('shows every byte of the file once', () => {
    const path = join(temporaryFolder(), 'hashed.jsonl');
    const content = 'é\r\n'.repeat(1000);
    writeFileSync(path, content);
    const hash = createHash('sha256');
    const count = [...readLines(path, (chunk) => hash.update(chunk), { chunkBytes: 7 })].length;
    expect(count).toBe(1000);
    expect(hash.digest('hex')).toBe(createHash('sha256').update(content).digest('hex'));
  });

  it('may be left early', () => {
    const path = join(temporaryFolder(), 'left.jsonl');
    writeFileSync(path, 'a\nb\nc\n');
    for (const line of readLines(path, undefined, { chunkBytes: 2 })) {
      expect(line.text).toBe('a');
      break;
    }
  });

  it('names the path and the reason if the file is missing or a folder', () => {
    const dir = temporaryFolder();
    const missing = thrownBy(() => [...readLines(join(dir, 'none.jsonl'))]);
    expect(missing.code).toBe('io');
    expect(missing.message).toContain('none.jsonl: no such file or folder (ENOENT)');
    expect(thrownBy(() => [...readLines(dir)]).message).toContain('EISDIR');
  });

  it('gives back any text, wherever the chunks end', () => {
    const path = join(temporaryFolder(), 'random.jsonl');
    const text = fc.string({
      unit: fc.constantFrom('a', 'é', '€', '😀', '\r', '\n', '\r\n', '\u2028', '\uFEFF', '"'),
      maxLength: 40,
    });
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 9 }), (content, chunkBytes) => {
        writeFileSync(path, content);
        const lines = [...readLines(path, undefined, { chunkBytes })];
        expect(lines.map((line) => line.text + line.ending).join('')).toBe(content);
        for (const [index, line] of lines.entries()) {
          expect(line.number).toBe(index + 1);
          expect(line.text).not.toContain('\n');
          if (line.ending === '\n') expect(line.text.endsWith('\r')).toBe(false);
          if (line.ending === '') {
            expect(index).toBe(lines.length - 1);
            expect(line.text).not.toBe('');
          }
          expect(line.invalidUtf8).toBeUndefined();
        }
      }),
    );
  });

  it('gives back any bytes, and says of each line whether they are UTF-8', () => {
    const path = join(temporaryFolder(), 'random.bin');
    const byte = fc.constantFrom(0x61, 0x0a, 0x0d, 0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0xff, 0x00);
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 40 }), fc.integer({ min: 1, max: 9 }), (content, chunkBytes) => {
        writeFileSync(path, Buffer.from(content));
        const lines = [...readLines(path, undefined, { chunkBytes })];
        expect([...bytesOf(lines)]).toEqual(content);
        for (const line of lines) expect(line.bytes === undefined || !isUtf8(line.bytes)).toBe(true);
      }),
    );
  });

  it('keeps no more of a line than it may have, and names the first that has more, or gives what it begins with', () => {
    const path = join(temporaryFolder(), 'long.jsonl');
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '\r', '\n', '\r\n'), maxLength: 60 });
    const sizes = fc.record({ chunkBytes: fc.integer({ min: 1, max: 9 }), lineBytes: fc.integer({ min: 0, max: 12 }) });
    fc.assert(
      fc.property(text, sizes, (content, { chunkBytes, lineBytes }) => {
        writeFileSync(path, content);
        const all = [...readLines(path, undefined, { chunkBytes })];
        const long = all.find((line) => line.text.length > lineBytes);
        const cut = [...readLines(path, undefined, { chunkBytes, lineBytes, cutsLongLines: true })];
        expect(cut.map(({ number }) => number)).toEqual(all.map(({ number }) => number));
        for (const [index, line] of all.entries()) {
          if (line.text.length <= lineBytes) expect(cut[index]).toEqual(line);
          else expect(cut[index]?.text.slice(0, lineBytes)).toBe(line.text.slice(0, lineBytes));
        }
        const read = (): readonly TextLine[] => [...readLines(path, undefined, { chunkBytes, lineBytes })];
        if (long === undefined) expect(read()).toEqual(all);
        else
          expect(thrownBy(read)).toMatchObject({
            code: 'bad_input',
            message: expect.stringContaining(`:${long.number}: `) as string,
          });
      }),
    );
  });
});
