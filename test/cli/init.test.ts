import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { ATLAS, Sandbox } from './helpers.js';

describe('init', () => {
  it('makes database, folder and ignore file, says so, and has nothing to do after that', () => {
    const sandbox = new Sandbox();
    const { done, ...rest } = sandbox.json(['init']);
    expect(rest).toEqual({ database: sandbox.db, project: sandbox.project, dir: sandbox.dir });
    expect(done).toEqual([
      `created the database ${sandbox.db}`,
      `created the folder ${sandbox.dir}`,
      'created .savecontext/.gitignore',
      `added the project ${sandbox.project} to the database`,
      `bound ${sandbox.dir} to the project ${sandbox.project}`,
    ]);
    expect(existsSync(join(sandbox.dir, '.gitignore'))).toBe(true);
    expect(sandbox.json(['init'])).not.toHaveProperty('done');
    expect(sandbox.ok(['init'])).toMatch(/^nothing to do: /);
  });

  it('completes a database of the reference program, and remembers a project that was named', () => {
    const sandbox = Sandbox.withFixture('old-schema/before.db');
    const text = sandbox.ok(['init', '--project', ATLAS]);
    expect(text).toMatch(/^database: added /m);
    expect(text).toMatch(new RegExp(`^bound .* to the project ${ATLAS}$`, 'm'));
    expect(sandbox.json(['status'])['project']).toBe(ATLAS);
    expect(sandbox.json(['init', '--project', ATLAS])).not.toHaveProperty('done');
  });

  it('chooses the compatible form where the reference program wrote the files', () => {
    const sandbox = Sandbox.withFixture('full/before.db');
    sandbox.copyFixture('full/.savecontext', sandbox.dir);
    const ignored = readFileSync(join(sandbox.dir, '.gitignore'), 'utf8');
    expect(sandbox.ok(['init', '--project', ATLAS])).toContain('"paths": "absolute"');
    expect(JSON.parse(readFileSync(join(sandbox.dir, 'sync.json'), 'utf8'))).toEqual({ paths: 'absolute' });
    expect(readFileSync(join(sandbox.dir, '.gitignore'), 'utf8').startsWith(ignored)).toBe(true);
    expect(sandbox.json(['init', '--project', ATLAS])).not.toHaveProperty('done');
  });

  it('leaves a form alone that was chosen, and files of this program', () => {
    const sandbox = Sandbox.withFixture('full/before.db');
    sandbox.ok(['init', '--project', ATLAS]);
    sandbox.ok(['export']);
    sandbox.ok(['init']);
    expect(existsSync(join(sandbox.dir, 'sync.json'))).toBe(false);
    const other = Sandbox.withFixture('full/before.db');
    other.copyFixture('full/.savecontext', other.dir);
    writeFileSync(join(other.dir, 'sync.json'), '{"paths":"portable"}');
    other.ok(['init', '--project', ATLAS]);
    expect(readFileSync(join(other.dir, 'sync.json'), 'utf8')).toBe('{"paths":"portable"}');
  });
});
