import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { listConflicts, takeConflict } from '../../src/sync/conflicts.js';
import { Records } from '../../src/sync/records.js';
import { expectAgreement } from '../knowledge/agreement.js';
import { Replica, dump, exchange, snapshot, thrownBy, withoutStamps } from './helpers.js';

const ENCODINGS = ['UTF-16le', 'UTF-16be'] as const;

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()),
  fc.string({ unit: fc.constantFrom('\0', '\x01', '\n', '"', '\\', '\ufeff', '\ufffd', '\uffff', '😀', 'é', 'a') }),
);

/** A record of each kind of text: columns, a natural key, labels, paths, references, and what nobody knows. */
function write(replica: Replica, [name, value, key]: readonly [string, string, string]): void {
  const records = new Records(replica.store, replica.project);
  records.put('session', 's', { name, description: value, projects: [`/${key}`] });
  records.put('context_item', 'c', { session_id: 's', key, value });
  records.put('issue', 'i', { title: value, labels: [...new Set([name, key])] });
  const dependency = { depends_on_id: `?${name}`, dependency_type: key, created_at: 1 };
  records.put('issue', 'j', { title: name, dependencies: [dependency] });
}

describe.each(ENCODINGS)('a database whose text is %s', (encoding) => {
  it('takes every text exactly and gives it back, U+0000 included', () => {
    const [plain, other] = [new Replica(), new Replica({ encoding })];
    expect(other.value('PRAGMA encoding')).toBe(encoding);
    fc.assert(
      fc.property(fc.tuple(anyText, anyText, anyText), (texts) => {
        write(plain, texts);
        plain.export();
        other.pull(plain);
        other.import();
        expect(other.export({ full: true }).total).toMatchObject({ written: 0, deleted: 0 });
        // Written here instead of imported, it makes the same lines.
        const made = new Records(other.store, other.project);
        for (const [type, id] of [
          ['session', 's'],
          ['context_item', 'c'],
          ['issue', 'i'],
          ['issue', 'j'],
        ] as const) {
          expect(made.require(type, id).tokens).toEqual(
            new Records(plain.store, plain.project).require(type, id).tokens,
          );
        }
      }),
      { numRuns: 12, endOnFailure: true },
    );
    expectAgreement(other);
  });

  it('says the bytes of a key that is no text', () => {
    const replica = new Replica({ encoding });
    write(replica, ['n', 'v', 'k']);
    const broken = encoding === 'UTF-16le' ? '6b0000d8' : '006bd800';
    replica.other.exec(`UPDATE issues SET id = CAST(x'${broken}' AS TEXT) WHERE id = 'j'`);
    expect(String(thrownBy(() => replica.export()))).toContain(broken.toUpperCase());
  });

  it('keeps every text exactly through a merge, its journal and taking a lost value back', () => {
    const [plain, other] = [new Replica(), new Replica({ encoding })];
    write(plain, ['n\0', 'v\0é', 'k\0😀']);
    exchange(plain, other);
    new Records(plain.store, plain.project).put('session', 's', { name: 'plain\0é' }, 2_100_000_000_000);
    new Records(other.store, other.project).put('session', 's', { name: 'other\0😀' }, 2_000_000_000_000);
    exchange(plain, other);
    const [lost] = listConflicts(other.store, other.project);
    expect(lost).toMatchObject({ field: 'name', lost: JSON.stringify('other\0😀') });
    takeConflict(other.store, other.project, lost?.n ?? 0);
    exchange(plain, other);
    expect(plain.record('sessions.jsonl', 's')).toMatchObject({ name: 'other\0😀' });
    expect(withoutStamps(plain.files())).toEqual(withoutStamps(other.files()));
    // A second record with the same natural key.
    new Records(plain.store, plain.project).put('memory', 'm1', { key: 'k\0', value: '' }, 1);
    new Records(other.store, other.project).put('memory', 'm2', { key: 'k\0', value: '' }, 2);
    expect(
      thrownBy(() => new Records(other.store, other.project).put('memory', 'm3', { key: 'k\0', value: '' })).code,
    ).toBe('refused');
    exchange(plain, other);
    expect(other.lines('memories.jsonl').map((line) => (JSON.parse(line) as { key: string }).key)).toEqual([
      'k\0',
      expect.stringMatching(/^k\0~[0-9a-f]{8}$/),
    ]);
  });

  it('keeps who deleted a record exactly', () => {
    const [plain, other] = [new Replica(), new Replica({ encoding })];
    for (const replica of [plain, other]) {
      new Records(replica.store, replica.project).put('memory', 'm', { key: 'k', value: '' });
      exchange(plain, other);
      new Records(replica.store, replica.project).remove('memory', 'm');
      replica.exporter({ actor: 'ann\0é' }).export();
      exchange(plain, other);
      for (const { store, project } of [plain, other]) {
        expect(
          store.sql.get('SELECT json_quote(deleted_by) FROM scsync_tombstones WHERE project = ?', project),
        ).toEqual([JSON.stringify('ann\0é')]);
      }
      expect(replica.export({ full: true }).total).toMatchObject({ written: 0, deleted: 0 });
    }
  });

  it.each([
    ['half a pair at the end', 'a\ud800'],
    ['half a pair before other text', '\ud83dab'],
    ['the other half', '\udc00b'],
  ])('names a row that holds %s, which is no text', (_, text) => {
    const replica = new Replica({ encoding });
    write(replica, ['n', 'v', 'k']);
    const bytes = Buffer.from(text, 'utf16le');
    if (encoding === 'UTF-16be') bytes.swap16();
    replica.other.run(`UPDATE sessions SET name = CAST(? AS TEXT) WHERE id = 's'`, bytes);
    const error = thrownBy(() => replica.export());
    expect(error).toMatchObject({ code: 'bad_row' });
    expect(error.message).toMatch(new RegExp(`row "s" of sessions: name must be ${encoding} text`));
    replica.run(`UPDATE sessions SET name = 'n' WHERE id = 's'`);
    replica.other.run(`UPDATE issue_labels SET label = CAST(? AS TEXT) WHERE label = 'n'`, bytes);
    expect(thrownBy(() => replica.export()).message).toMatch(/row "i" of issues: issue_labels\.label/);
  });
});

describe('ids that a UTF-16 database orders otherwise than files do', () => {
  it('are refused before anything is written', () => {
    const [plain, other] = [new Replica(), new Replica({ encoding: 'UTF-16le' })];
    const put = (replica: Replica, id: string): unknown =>
      new Records(replica.store, replica.project).put('memory', id, { key: id, value: '' });
    for (const id of ['a', 'é', 'Ā']) put(plain, id);
    plain.export();
    other.pull(plain);
    other.write('.gitignore', '');
    other.import();
    put(other, 'b');
    put(other, 'ü');
    put(other, 'Ā');
    new Records(other.store, other.project).put('memory', 'Ā', { value: 'new' });
    const before = { files: snapshot(other.dir), rows: dump(other.other, /./) };
    const error = thrownBy(() => other.export());
    expect(error).toMatchObject({ code: 'refused' });
    expect(error.message).toMatch(/UTF-16le.*"Ā"/);
    expect(error.hint).toMatch(/UTF-8/);
    expect({ files: snapshot(other.dir), rows: dump(other.other, /./) }).toEqual(before);
  });

  it('are no trouble where both orders are the same', () => {
    const [plain, other] = [new Replica(), new Replica({ encoding: 'UTF-16be' })];
    for (const id of ['a', 'é', 'Ā', 'Z', '日本']) {
      new Records(plain.store, plain.project).put('memory', id, { key: id, value: '' });
    }
    exchange(plain, other);
    new Records(other.store, other.project).put('memory', 'ü', { key: 'ü', value: '' });
    new Records(other.store, other.project).remove('memory', 'é');
    exchange(plain, other);
    expect(plain.files()).toEqual(other.files());
    expect(plain.lines('memories.jsonl')).toHaveLength(5);
  });
});
