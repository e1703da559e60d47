import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { lineOf } from '../../src/format/format.js';
import type { Loss } from '../../src/merge/loss.js';
import { mergeVersions } from '../../src/merge/record.js';
import type { FileVersion, Present } from '../../src/record/version.js';
import { HERE, readLine } from '../record/samples.js';

const CASES = new URL('../fixtures/merge/', import.meta.url);

/** The one line of a file of a case; undefined where the file is missing or empty. */
function lineIn(name: string, file: string): FileVersion<Present> | undefined {
  const path = new URL(`${name}/${file}.jsonl`, CASES);
  const raw = existsSync(path) ? readFileSync(path, 'utf8').trimEnd() : '';
  return raw === '' ? undefined : readLine(raw);
}

function lossesOf(name: string): readonly Loss[] {
  const path = new URL(`${name}/losses.json`, CASES);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as readonly Loss[]) : [];
}

function written(version: Present): string {
  return lineOf(version, 'portable', HERE);
}

/** Losses in an order of their own: which side lost says nothing. */
function inOrder(losses: readonly Loss[]): readonly string[] {
  return losses.map(({ field, base, kept, lost }) => JSON.stringify([field, base, kept, lost])).sort();
}

describe('golden merges', () => {
  const names = readdirSync(CASES).sort();

  it('are there', () => {
    expect(names.length).toBeGreaterThanOrEqual(25);
  });

  it.each(names)('%s', (name) => {
    const [base, ours, theirs, expected] = ['base', 'ours', 'theirs', 'expected'].map((file) => lineIn(name, file));
    for (const line of [base, ours, theirs, expected]) expect(line?.edited ?? false).toBe(false);
    for (const [left, right] of [
      [ours!, theirs!],
      [theirs!, ours!],
    ] as const) {
      const { version, losses } = mergeVersions(base, left, right);
      expect(written(version)).toBe(expected!.raw);
      expect(inOrder(losses)).toEqual(inOrder(lossesOf(name)));
    }
  });
});
