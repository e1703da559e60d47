import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { SyncError } from '../../src/errors.js';
import { registryIn } from '../../src/files/registry-file.js';
import { temporaryFolder } from './temporary-folder.js';

const LABEL = `{"type":"label","table":"label","file":"label.jsonl","id":{"number":"id"},"fields":{"name":"text"},"created":null,"updated":null}`;

describe('registryIn', () => {
  it('gives the registry that a file in the folder describes', () => {
    const dir = temporaryFolder();
    writeFileSync(
      join(dir, 'registry.json'),
      `{"registry":1,"scope":"database","local":[],"derived":[],"entities":[${LABEL}]}`,
    );
    expect(registryIn(dir).entities.map(({ type, identity }) => ({ type, identity }))).toEqual([
      { type: 'label', identity: { number: 'id' } },
    ]);
  });

  it('says what is wrong, and where to get one', () => {
    const dir = temporaryFolder();
    const thrown = (): unknown => {
      try {
        return registryIn(dir);
      } catch (error) {
        return error;
      }
    };
    expect(thrown()).toBeInstanceOf(SyncError);
    expect(thrown()).toMatchObject({ code: 'not_found', hint: expect.stringContaining('sc-sync adopt') as string });
    writeFileSync(join(dir, 'registry.json'), '{"registry":1}');
    expect(thrown()).toMatchObject({ code: 'bad_input', message: expect.stringContaining(dir) as string });
  });
});
