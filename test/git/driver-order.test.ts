import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { driveMerge } from '../../src/git/drive-merge.js';
import type { DriverOutcome } from '../../src/git/drive-merge.js';
import type { RecordObject } from '../../src/record/object.js';
import { thrownBy } from '../files/thrown.js';
import { lineOf, sample } from '../record/samples.js';
import { folder } from './clones.js';
import { savecontext } from '../../src/savecontext/registry.js';

const issue = (stamp: number, changes: RecordObject = {}): string => `${lineOf(sample('issue', changes), stamp).raw}\n`;
/** Both sides changed one field: a value loses. */
const CONFLICT = {
  base: issue(10),
  ours: issue(20, { title: 'ours', updated_at: 300 }),
  theirs: issue(30, { title: 'theirs', updated_at: 400 }),
};

interface Case {
  readonly root: string;
  readonly drive: () => DriverOutcome;
  readonly ours: () => string;
}

/** The files of a merge, as git gives them to the driver. */
function driven(sides: Readonly<Record<'base' | 'ours' | 'theirs', string | Buffer>>, names = { ours: 'ours' }): Case {
  const root = folder();
  const call = { base: 'base', ours: names.ours, theirs: 'theirs', path: '.savecontext/issues.jsonl' };
  for (const side of ['base', 'ours', 'theirs'] as const) writeFileSync(join(root, call[side]), sides[side]);
  return {
    root,
    drive: () => driveMerge(savecontext, call, root, 1),
    ours: () => readFileSync(join(root, call.ours), 'utf8'),
  };
}

const lostIn = (dir: string): string[] => readdirSync(dir).filter((name) => name.startsWith('.lost-values'));
const whole = ({ base, ours, theirs } = CONFLICT): string =>
  `<<<<<<< ours\n${ours}||||||| base\n${base}=======\n${theirs}>>>>>>> theirs\n`;

describe('the merge driver', () => {
  it('leaves what lost before it writes the result: where that cannot be written it is there already', () => {
    // No file beside it can have a longer name, so it cannot be replaced.
    const { root, drive, ours } = driven(CONFLICT, { ours: 'o'.repeat(250) });
    const dir = join(root, '.savecontext');
    mkdirSync(dir);
    expect(thrownBy(drive)).toMatchObject({ code: 'io' });
    expect(lostIn(dir)).toHaveLength(1);
    expect(ours()).toBe(CONFLICT.ours);
  });

  it('writes no result where it cannot leave what lost, but a conflict', () => {
    const { root, drive, ours } = driven(CONFLICT);
    writeFileSync(join(root, '.savecontext'), 'a file where the folder should be');
    expect(drive()).toMatchObject({
      lost: 0,
      problems: [expect.stringContaining('there is no folder for the values that lose')],
    });
    expect(ours()).toBe(whole());
  });

  it('never leaves ours standing where the merge itself fails', () => {
    // Each side can be read, but what both say together is more than a line may have.
    const labels = (side: string): string[] => Array.from({ length: 110_000 }, (_, n) => `${side}${n}`);
    const sides = { ...CONFLICT, ours: issue(20, { labels: labels('o') }), theirs: issue(30, { labels: labels('t') }) };
    const { root, drive, ours } = driven(sides);
    mkdirSync(join(root, '.savecontext'));
    expect(drive()).toMatchObject({
      lost: 0,
      problems: [expect.stringMatching(/issue issue_1 into a line: .*200000 values/)],
    });
    expect(ours() === whole(sides)).toBe(true);
    expect(lostIn(join(root, '.savecontext'))).toEqual([]);
  });

  it('puts every byte of every version into the conflict where one is no UTF-8', () => {
    const sides = { base: '', ours: Buffer.from('caf\xe9\r\n\n', 'latin1'), theirs: 'no end' };
    const { root, drive } = driven(sides);
    expect(drive().problems).toEqual(['ours: the text must be UTF-8, and has other bytes']);
    expect(readFileSync(join(root, 'ours'), 'latin1')).toBe(
      '<<<<<<< ours\ncaf\xe9\r\n\n||||||| base\n=======\nno end\n>>>>>>> theirs\n',
    );
  });

  it('leaves an untouched line of another program alone where it is no UTF-8, but not another encoding', () => {
    const root = folder();
    const drive = (...sides: readonly (string | Buffer)[]): DriverOutcome => {
      for (const [index, name] of ['base', 'ours', 'theirs'].entries())
        writeFileSync(join(root, name), sides[index] ?? '');
      const lines = { keys: ['id'], together: [], elements: new Map(), appendOnly: false };
      return driveMerge(savecontext, { base: 'base', ours: 'ours', theirs: 'theirs', path: 'x.jsonl', lines }, root, 1);
    };
    const latin = (v: number, w: number): Buffer =>
      Buffer.from(`{"id":1,"name":"caf\xe9"}\n{"id":2,"v":${v},"w":${w}}\n`, 'latin1');
    expect(drive(latin(1, 1), latin(2, 1), latin(1, 2)).problems).toEqual([]);
    expect(readFileSync(join(root, 'ours')).equals(latin(2, 2))).toBe(true);
    const wide = (v: number): Buffer => Buffer.from(`{"id":${v}}\n`, 'utf16le');
    expect(drive(wide(1), wide(2), wide(3)).problems[0]).toMatch(/^base: the text must be UTF-8/);
  });
});
