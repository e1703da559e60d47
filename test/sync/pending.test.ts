import { describe, expect, it } from 'vitest';

import { ATLAS, Replica } from './helpers.js';

describe('what status says is to import', () => {
  it('is nothing where another program only wrote the lines anew, with its own times and form', () => {
    const replica = new Replica({ fixture: 'full/before.db', project: ATLAS });
    replica.export();
    for (const [name, text] of Object.entries(replica.files())) {
      if (name === 'deletions.jsonl') continue;
      const anew = text.replaceAll(/"exported_at":\d+/g, '"exported_at":1798000000000').replaceAll(/^\{/gm, '{ ');
      expect(anew).not.toBe(text);
      replica.write(name, anew);
    }
    const status = replica.status();
    expect(status.entities.total).toMatchObject({ pendingImport: 0, pendingExport: 0 });
    expect(status.inSync).toBe(true);
    const { total } = replica.import();
    expect(total).toMatchObject({ created: 0, updated: 0, deleted: 0 });
    replica.export();
    expect(replica.status().inSync).toBe(true);
  });

  it('is each record once that an import makes, changes, deletes or names', () => {
    const source = new Replica({ fixture: 'full/before.db', project: ATLAS });
    source.export();
    const replica = new Replica({ project: ATLAS });
    for (const [name, text] of Object.entries(source.files())) replica.write(name, text);
    const before = replica.status();
    const { total } = replica.import();
    expect(before.entities.total.pendingImport).toBe(total.created);
    expect(replica.status().entities.total.pendingImport).toBe(0);
  });

  it('is no deletion of a record that was never here, and an import reports none', () => {
    const replica = new Replica({ project: ATLAS });
    replica.write(
      'deletions.jsonl',
      '{"entity_type":"issue","entity_id":"issue_1","project_path":".","deleted_at":"2026-01-01T00:00:00.000Z","deleted_by":"ann"}\n',
    );
    expect(replica.status()).toMatchObject({ inSync: true, entities: { total: { pendingImport: 0 } } });
    expect(replica.import().total.deleted).toBe(0);
    // It is known all the same: the line of an old branch does not bring the record back.
    expect(replica.status().tombstones).toBe(1);
  });
});
