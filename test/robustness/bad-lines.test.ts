import { describe, expect, it } from 'vitest';

import { expectRefused } from './refused.js';
import { BAD_LINES, good } from './bad-lines.js';
import { add, deletion, file, line, makeWorld } from './world.js';

describe('P17: a bad line stops the import and changes nothing', () => {
  it.each(BAD_LINES)('$what', ({ text, name = 'issues.jsonl', code = 'bad_input', says }) => {
    const world = makeWorld();
    add.session(world, 's1');
    world.export();
    const lines = name === 'deletions.jsonl' ? [deletion('issue', 'a'), text] : [line('issue', 'a'), text];
    world.write(name, file(...lines));
    const error = expectRefused(world, () => world.import(), { code, says: [`${name}:2: `, says] });
    if (code === 'bad_input') expect(error.details[0]).toMatch(new RegExp(`^${name}:2: .*${says.source}`));
  });

  it('in a database that has never seen the directory', () => {
    const world = makeWorld();
    world.write('issues.jsonl', 'hello\n');
    expectRefused(world, () => world.import(), { code: 'bad_input', says: ['issues.jsonl:1: '] });
    expectRefused(world, () => world.sync(), { code: 'bad_input', says: ['issues.jsonl:1: '] });
  });

  it('lists every problem of every line and file', () => {
    const world = makeWorld();
    world.write('issues.jsonl', file('{', line('issue', 'i1', { title: null, priority: 9, labels: 1 }), good, 'x'));
    world.write('sessions.jsonl', file(line('session', 's1', { name: 3 })));
    world.write('deletions.jsonl', 'nothing');
    const error = expectRefused(world, () => world.import(), { code: 'bad_input', says: ['7 problems'] });
    expect(
      error.details
        .map((detail) =>
          detail
            .split(': ')
            .slice(0, 2)
            .join(': ')
            .replace(/ must be .*/, ''),
        )
        .sort(),
    ).toEqual([
      'deletions.jsonl:1: column 1',
      'issues.jsonl:1: column 2',
      'issues.jsonl:2: labels',
      'issues.jsonl:2: priority',
      'issues.jsonl:2: title',
      'issues.jsonl:4: column 1',
      'sessions.jsonl:1: name',
    ]);
  });

  it('says how many problems it does not list', () => {
    const world = makeWorld();
    world.write('issues.jsonl', 'x\n'.repeat(250));
    const { details } = expectRefused(world, () => world.import(), { code: 'bad_input', says: ['250 problems'] });
    expect(details).toHaveLength(101);
    expect(details.at(-1)).toBe('and 150 more');
  });

  it('markers and a greater v stop an import that skips bad lines, too', () => {
    const world = makeWorld();
    world.write('issues.jsonl', file('x', '<<<<<<< ours', good, '=======', good, '>>>>>>> theirs'));
    const says = ['issues.jsonl:2: the conflict marker "<<<<<<< ours" stands here', 'issues.jsonl:6: '];
    expectRefused(world, () => world.import({ skipInvalid: true }), { code: 'conflict_markers', says });
    world.write('issues.jsonl', file('x', good.replace('"v":1', '"v":2')));
    expectRefused(world, () => world.import({ skipInvalid: true }), {
      code: 'newer_format',
      says: ['issues.jsonl:2: '],
    });
  });

  it('takes markers inside of strings, and what is too short for one, for what they are', () => {
    const world = makeWorld();
    const title = '<<<<<<< HEAD\n=======\n>>>>>>> topic';
    world.write('issues.jsonl', file(line('issue', 'i1', { title, details: '||||||| base' })));
    expect(world.import().total).toMatchObject({ created: 1, skipped: 0 });
    expect(world.store.sql.get('SELECT title, details FROM issues')).toEqual([title, '||||||| base']);
    world.write('issues.jsonl', file('<<<<<< six'));
    expectRefused(world, () => world.import(), { code: 'bad_input', says: ['issues.jsonl:1: column 1'] });
  });

  it('names a line from the last moment that can be written, since no later version could follow it', () => {
    const world = makeWorld();
    world.write('issues.jsonl', file(line('issue', 'i1', {}, '9999-12-31T23:59:59.999Z')));
    expectRefused(world, () => world.import(), { code: 'bad_input', says: ['issues.jsonl:1: exported_at', '9999'] });
  });
});
