import { mkdirSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { commitFolder } from '../../src/git/commit-folder.js';
import { requireRepository } from '../../src/git/repository.js';
import { savecontext } from '../../src/savecontext/registry.js';
import { temporaryFolder } from '../files/temporary-folder.js';

const AT = '"exported_at":"2026-01-01T00:00:00.000Z"';

const issue = (id: string, title: string): string =>
  `{"type":"issue","id":"${id}","short_id":"${id.slice(-4)}","project_path":".","title":${JSON.stringify(title)},"description":null,"details":null,"status":"open","priority":2,"issue_type":"task","plan_id":null,"created_by_agent":null,"assigned_to_agent":null,"created_at":1,"updated_at":1,"closed_at":null,"v":1,${AT}}\n`;

/** Commits files of an export directory, and gives the subject. */
function folder(): (files: Readonly<Record<string, string>>) => Promise<string | undefined> {
  const root = temporaryFolder();
  const dir = join(root, '.savecontext');
  mkdirSync(dir);
  execFileSync('git', ['init', '--quiet'], { cwd: root });
  return (files) => {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
    return commitFolder(requireRepository(root), savecontext, dir, 'tester');
  };
}

describe('the subject of a commit', () => {
  it('names the records, and what became of them', async () => {
    const commit = folder();
    expect(await commit({ 'sync.json': '{}\n' })).toBe('Set up the data folder');
    expect(await commit({ 'issues.jsonl': issue('issue_aaaa', 'Payment broken') })).toBe(
      'Add issue aaaa "Payment broken"',
    );
    const both = issue('issue_aaaa', 'Payment works') + issue('issue_bbbb', 'B');
    expect(await commit({ 'issues.jsonl': both })).toBe('Change issue aaaa "Payment works", add issue bbbb "B"');
    const deletion = `{"entity_type":"issue","entity_id":"issue_aaaa","project_path":".","deleted_at":"2026-01-02T00:00:00.000Z","deleted_by":"x"}\n`;
    expect(await commit({ 'issues.jsonl': issue('issue_bbbb', 'B'), 'deletions.jsonl': deletion })).toBe(
      'Delete issue aaaa "Payment works"',
    );
    expect(await commit({ 'issues.jsonl': both, 'deletions.jsonl': '' })).toBe('Restore issue aaaa "Payment works"');
  });

  it('is one short line, whatever the titles are', async () => {
    const commit = folder();
    const titles = Array.from({ length: 9 }, (_, i) => `a\nb\u001b[31m ${'long '.repeat(30)}${i}`);
    const subject =
      (await commit({ 'issues.jsonl': titles.map((title, i) => issue(`issue_aaa${i}`, title)).join('') })) ?? '';
    expect(subject).toMatch(/^Add issue aaa0 "a b [^\u0000-\u001f]* and 8 more$/);
    expect(subject.length).toBeLessThanOrEqual(72);
  });

  it('counts records where there are many', async () => {
    const commit = folder();
    const lines = Array.from({ length: 200 }, (_, i) => issue(`issue_${String(i).padStart(4, '0')}`, 'x'));
    expect(await commit({ 'issues.jsonl': lines.join('') })).toBe('Records: 200 changed');
  });
});
