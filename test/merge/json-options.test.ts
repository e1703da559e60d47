import { describe, expect, it } from 'vitest';

import { lineOptions } from '../../src/merge/json-options.js';
import type { LineWords } from '../../src/merge/json-options.js';
import { thrownBy } from '../files/thrown.js';

const NONE: LineWords = { key: [], together: [], element: [], appendOnly: false };

describe('the words for a merge of other programs’ lines', () => {
  it('name keys, groups, keys of elements, the time of change, and a log', () => {
    const words = {
      key: ['a,b', 'id'],
      together: ['x,y'],
      element: ['deps=to,type', 'm.n=k=1'],
      updated: 'at',
      appendOnly: true,
    };
    expect(lineOptions(words)).toEqual({
      keys: ['a,b', 'id'],
      together: [['x', 'y']],
      elements: new Map([
        ['deps', 'to,type'],
        ['m.n', 'k=1'],
      ]),
      updated: 'at',
      appendOnly: true,
    });
    expect(lineOptions(NONE)).toBeUndefined();
    expect(lineOptions({ ...NONE, appendOnly: true })).toMatchObject({ keys: [], appendOnly: true });
  });

  it('are refused where one says nothing, or needs another one', () => {
    for (const words of [
      { updated: 'at' },
      { together: ['a,b'] },
      { element: ['a=b'] },
      { key: [''] },
      { key: ['id'], updated: '' },
      { key: ['id'], element: ['deps'] },
      { key: ['id'], element: ['=to'] },
      { key: ['id'], element: ['deps='] },
    ]) {
      expect(thrownBy(() => lineOptions({ ...NONE, ...words }))).toMatchObject({ code: 'usage' });
    }
  });
});
