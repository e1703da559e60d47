import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Exporter } from '../../src/sync/export/exporter.js';
import { Importer } from '../../src/sync/import/importer.js';
import { getSyncStatus } from '../../src/sync/status.js';
import { Replica, filesOf, thrownBy } from '../sync/helpers.js';
import { seed } from '../sync/seed.js';
import { expectAgreement } from './agreement.js';

const CHANGES = `
  UPDATE issues SET title = 'changed' WHERE id = 'i1';
  DELETE FROM time_entries WHERE id = 't1';
  INSERT INTO issue_labels (id, issue_id, label) VALUES ('new', 'i2', 'new');
  DELETE FROM session_projects WHERE session_id = 's1'`;
const PENDING = { session: 1, issue: 2, time_entry: 1 };

function changed(): Replica {
  const replica = new Replica();
  seed(replica);
  replica.export();
  replica.run(CHANGES);
  return replica;
}

describe('P10 marks survive', () => {
  it('a failed export: a row that its column does not allow', () => {
    const replica = changed();
    replica.run(`UPDATE plans SET title = x'00ff' WHERE id = 'p1'`);
    const before = replica.files();
    const error = thrownBy(() => replica.export());
    expect(error.code).toBe('bad_row');
    expect(error.message).toMatch(/p1.*plans.*title/);
    expect(replica.files()).toEqual(before);
    expect(replica.pending()).toEqual({ ...PENDING, plan: 1 });
    replica.run(`UPDATE plans SET title = 'plan' WHERE id = 'p1'`);
    replica.export();
    expectAgreement(replica);
  });

  it('a refused export, and a dry one', () => {
    const replica = changed();
    replica.edit('issues.jsonl', (text) => text.replace('"title":"one"', '"title":"theirs"'));
    expect(replica.exporter().export().refused).toEqual([{ type: 'issue', id: 'i1', why: 'unseen' }]);
    expect(replica.pending()).toEqual(PENDING);
    expect(replica.exporter().export({ dryRun: true }).refused).toHaveLength(1);
    expect(replica.pending()).toEqual(PENDING);
    replica.import();
    replica.export();
    expectAgreement(replica);
    expect(replica.pending()).toEqual({});
  });

  it('a dry export of a directory that was never used, which leaves no trace', () => {
    const replica = new Replica();
    seed(replica);
    const before = replica.value(`SELECT count(*) FROM scsync_targets`);
    const dir = join(replica.folder, 'elsewhere');
    const stats = replica.exporter({ dir }).export({ dryRun: true });
    expect(stats.total.written).toBe(17);
    expect(filesOf(dir)).toEqual({});
    expect(replica.value(`SELECT count(*) FROM scsync_targets`)).toBe(before);
    expect(replica.status().backfillNeeded).toBe(true);
  });

  it('an export that cannot write', () => {
    const replica = changed();
    const file = join(replica.dir, 'nowhere');
    replica.write('nowhere', 'a file');
    expect(thrownBy(() => replica.exporter({ dir: file }).export()).code).toBe('io');
    expect(replica.pending()).toEqual(PENDING);
  });

  it('a write in the midst of an export: the next one has it', () => {
    const replica = new Replica();
    seed(replica);
    const many = Array.from({ length: 2500 }, (_, n) => `('x${n}', :project, 'x', ${n}, ${n})`);
    replica.run(`INSERT INTO issues (id, project_path, title, created_at, updated_at) VALUES ${many.join(', ')}`);
    let writes = 0;
    const onProgress = (): void => {
      writes++;
      replica.run(
        `UPDATE issues SET title = 'in the midst' WHERE id IN ('i1', 'x9', 'x999'); DELETE FROM issues WHERE id = 'x${writes}'`,
      );
      replica.run(`INSERT INTO issue_labels (id, issue_id, label) VALUES (NULL, 'x5', 'n${writes}')`);
    };
    replica.exporter({ onProgress }).export();
    expect(writes).toBeGreaterThan(1);
    // The export saw one state of the database, that of its beginning.
    expect(replica.lines('issues.jsonl')).toHaveLength(2503);
    expect(filesOf(replica.dir)['issues.jsonl']).not.toContain('in the midst');
    expect(replica.pending()['issue']).toBe(4 + writes);
    replica.export();
    expect(filesOf(replica.dir)['issues.jsonl']?.match(/in the midst/g)).toHaveLength(3);
    expectAgreement(replica);
  });

  it('other targets of the database: each has its own', () => {
    const replica = changed();
    const dir = join(replica.folder, 'worktree');
    const second = replica.exporter({ dir });
    second.export();
    expect(replica.pending()).toEqual(PENDING);
    replica.export();
    expect(filesOf(dir)).toEqual(replica.files());
    replica.run(`UPDATE project_memory SET value = 'v' WHERE id = 'm1'; DELETE FROM plans WHERE id = 'p2'`);
    replica.export();
    const status = getSyncStatus(replica.store, { projectPath: replica.project, dir });
    expect(status.entities.memory.pendingExport + status.entities.plan.pendingExport).toBe(2);
    replica.clock += 60_000;
    expect(second.export().refused).toEqual([]);
    // One version has one stamp in all targets.
    expect(filesOf(dir)).toEqual(replica.files());
  });

  it('records of another project in the same database', () => {
    const replica = changed();
    const other = new Exporter(replica.store, { projectPath: '/elsewhere', dir: join(replica.folder, 'other') });
    expect(other.export().total.written).toBe(1);
    expect(replica.pending()).toEqual(PENDING);
  });
});

describe("P9 a child row that takes the id of another owner's", () => {
  it.each([
    ['REPLACE', `REPLACE INTO issue_labels (id, issue_id, label) VALUES ('l1', 'i3', 'taken')`],
    ['UPDATE OR REPLACE', `UPDATE OR REPLACE issue_labels SET id = 'l1' WHERE id = 'l3'`],
  ])('marks both: %s', (_, sql) => {
    const replica = new Replica();
    seed(replica);
    replica.export();
    replica.run(sql);
    expect(replica.pending()).toEqual({ issue: 2 });
    replica.export();
    expect(replica.record('issues.jsonl', 'i1')).toMatchObject({ labels: ['blue'] });
    expectAgreement(replica);
  });
});

describe('P10 an import', () => {
  it('leaves nothing to do for its own target, and equal records for another', () => {
    const source = changed();
    source.export();
    const replica = new Replica();
    replica.export();
    const dir = join(replica.folder, 'worktree');
    const second = replica.exporter({ dir });
    second.export();
    replica.pull(source);
    replica.import();
    expect(replica.pending()).toEqual({});
    const status = getSyncStatus(replica.store, { projectPath: replica.project, dir });
    expect(status.entities.total.pendingExport).toBe(17);
    second.export();
    expect(filesOf(dir)).toEqual(source.files());
    // The other target reads what it has already: nothing to do.
    const importer = new Importer(replica.store, { projectPath: replica.project });
    expect(importer.importAll(dir).total).toMatchObject({ created: 0, updated: 0, conflicts: 0, restored: 0 });
    expect(replica.pending()).toEqual({});
  });

  it('keeps marks of records that were changed here, and of others not', () => {
    const [a, b] = [changed(), new Replica()];
    a.export();
    b.pull(a);
    b.import();
    b.run(`UPDATE issues SET title = 'b', updated_at = 1900000000000 WHERE id = 'i3'`);
    b.export();
    a.run(`UPDATE plans SET title = 'a' WHERE id = 'p1'; UPDATE issues SET details = 'a' WHERE id = 'i3'`);
    a.pull(b);
    a.import();
    expect(a.pending()).toEqual({ plan: 1, issue: 1 });
    a.export();
    expectAgreement(a);
  });

  it('takes back what it wrote when it fails', () => {
    const [a, b] = [changed(), new Replica()];
    a.export();
    b.pull(a);
    b.import();
    a.run(`UPDATE issues SET title = 'more' WHERE id = 'i2'`);
    a.export();
    b.run(`UPDATE issues SET title = 'mine' WHERE id = 'i3'`);
    b.pull(a);
    b.edit('time_entries.jsonl', (text) => text.replace('"hours":3.0', '"hours":-3.0'));
    expect(thrownBy(() => b.import()).code).toBe('bad_input');
    expect(b.value(`SELECT title FROM issues WHERE id = 'i2'`)).toBe('two');
    expect(b.pending()).toEqual({ issue: 1 });
  });
});
