import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { fromPortable, toPortable } from '../../src/record/paths.js';
import { path } from './arbitraries.js';

describe('toPortable', () => {
  it.each([
    ['/proj', '.'],
    ['/proj/packages/a', './packages/a'],
    ['/proj/', './'],
    ['/project', '/project'],
    ['/project/x', '/project/x'],
    ['/', '/'],
    ['', ''],
    ['..', '..'],
    ['.hidden', '.hidden'],
    ['/proj/.hidden', './.hidden'],
    ['/proj/..', './..'],
    ['.', './.'],
    ['./x', '././x'],
    ['././x', './././x'],
    ['/proj/.', './/.'],
    ['/proj/./x', './/./x'],
    ['/proj//./x', './//./x'],
    ['/proj//x', './/x'],
  ])('writes %j as %j, and reads it back', (path, portable) => {
    expect(toPortable(path, '/proj')).toBe(portable);
    expect(fromPortable(portable, '/proj')).toBe(path);
  });

  it('is exact both ways for every path and project', () => {
    const project = fc.oneof(fc.constantFrom('/proj', '/', '.', './x', '/p/.'), path);
    fc.assert(
      fc.property(path, project, (value, root) => {
        expect(fromPortable(toPortable(value, root), root)).toBe(value);
      }),
      { numRuns: 5000 },
    );
  });

  it('gives two paths two forms', () => {
    fc.assert(
      fc.property(path, path, (a, b) => {
        expect(toPortable(a, '/proj') === toPortable(b, '/proj')).toBe(a === b);
      }),
      { numRuns: 5000 },
    );
  });

  it('names the same place in every clone', () => {
    fc.assert(
      fc.property(path, (value) => {
        const portable = toPortable(`/proj/${value}`, '/proj');
        expect(portable).toMatch(/^\.(?:\/|$)/);
        expect(fromPortable(portable, '/home/b')).toBe(`/home/b/${value}`);
      }),
    );
  });
});
