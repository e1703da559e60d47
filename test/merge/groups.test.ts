import { describe, expect, it } from 'vitest';

import { mergeContents } from '../../src/merge/record.js';
import type { Content } from '../../src/record/content.js';
import { withTokens } from '../../src/record/content.js';
import { savecontext } from '../../src/savecontext/registry.js';
import type { EntityType } from '../../src/savecontext/records.js';
import { sample } from '../record/samples.js';

/** The fields that mean one thing together, said once more: one that the registry leaves out of its group is missed here. */
const GROUPS: readonly (readonly [EntityType, readonly string[]])[] = [
  ['session', ['status', 'ended_at']],
  ['plan', ['status', 'completed_at', 'completed_in_session']],
  ['plan', ['content', 'source_path', 'source_hash']],
  ['issue', ['status', 'closed_at', 'close_reason', 'closed_by_agent', 'closed_in_session']],
  ['issue', ['assigned_to_agent', 'assigned_at', 'assigned_in_session']],
  ['context_item', ['value', 'size']],
];

/** The content with another value in one field. */
function changed(content: Content, name: string, n: number): Content {
  const { index, field } = content.entity.synced[content.entity.indexOf.get(name)!]!;
  return withTokens(content, new Map([[index, field.kind === 'integer' ? String(n) : `"${n}"`]]));
}

describe('fields that mean one thing together', () => {
  it('are those of the groups above, and no others', () => {
    const named = savecontext.entities.flatMap(({ type, groups, synced }) =>
      groups.map((group) => [type, group.map((index) => synced[index]?.name)]),
    );
    expect(named).toEqual(expect.arrayContaining(GROUPS.map((group) => [...group])));
    expect(named).toHaveLength(GROUPS.length);
  });

  it.each(GROUPS)('move together: of the %s’s %j each side changes one, and one side’s all stand', (type, names) => {
    const base = sample(type);
    for (const one of names) {
      for (const other of names.filter((name) => name !== one)) {
        const [ours, theirs] = [changed(base, one, 1001), changed(base, other, 1002)];
        const { content, losses } = mergeContents(base, ours, theirs);
        expect([ours.tokens, theirs.tokens], `${one} and ${other}`).toContainEqual(content.tokens);
        expect(losses.map(({ field }) => field).sort()).toEqual([one, other].sort());
      }
    }
  });
});
