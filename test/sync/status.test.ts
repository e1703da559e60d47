import { expect, it } from 'vitest';

import { printStatus } from '../../src/sync/status.js';
import { ATLAS, Replica } from './helpers.js';

function printed(replica: Replica): string[] {
  let text = '';
  printStatus(replica.status(), (part) => (text += part));
  return text.trimEnd().split('\n');
}

it('printStatus writes no zero, and no type or column without a count', () => {
  const replica = new Replica({ fixture: 'full/before.db', project: ATLAS });
  const before = printed(replica);
  expect(before[2]).toMatch(/^ +rows +to export$/);
  expect(before.join('\n')).not.toMatch(/(^|\s)0(\s|$)/m);
  expect(before).toContain('not in sync');
  replica.export();
  const after = printed(replica);
  expect(after[2]).toMatch(/^ +rows$/);
  expect(after.find((line) => line.startsWith('issue '))).toMatch(/^issue +\d+$/);
  expect(after).toContain('in sync');
});

it('printStatus says that there are no records', () => {
  const lines = printed(new Replica({ project: ATLAS }));
  expect(lines.slice(2)).toEqual(['no records yet', 'no files yet', 'in sync']);
});
