import { describe, expect, it } from 'vitest';

import { isConflictMarker } from '../../src/merge/conflict-marker.js';

describe('isConflictMarker', () => {
  it.each(['<<<<<<< HEAD', '||||||| base', '=======', '>>>>>>> branch', '>>>>>>>', '<<<<<<<\tx'])(
    'knows %s',
    (line) => {
      expect(isConflictMarker(line)).toBe(true);
    },
  );

  it.each(['<', '|', '=', '>'])('knows markers of %s however long they are', (char) => {
    for (const length of [8, 9, 16, 100, 10_000]) expect(isConflictMarker(`${char.repeat(length)} x`)).toBe(true);
  });

  it.each(['<<<<<< HEAD', '<<<<<<<HEAD', ' =======', '<<<<===', '{"a":"<<<<<<< HEAD"}', '+++++++ x', '------- x', ''])(
    'does not take %j for one',
    (line) => {
      expect(isConflictMarker(line)).toBe(false);
    },
  );
});
