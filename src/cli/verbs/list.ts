import { Argument, Option } from 'commander';

import type { Content } from '../../record/content.js';
import { toJson } from '../../record/object.js';
import { requireNamedEntity } from '../../record/type-names.js';
import { count } from '../describe.js';
import { EXIT } from '../exit-codes.js';
import { readFilters, readOrder } from '../filters.js';
import { ExactJson } from '../json-text.js';
import { listColumns, listTones } from '../list-columns.js';
import { grid, info } from '../outcome.js';
import type { Block, Outcome } from '../outcome.js';
import { limit, type } from '../options.js';
import type { Invocation, Verb } from '../verb.js';

export const verb: Verb = {
  about: 'Filters all hold: a field with its value, or an element of a set; or a text that the record has somewhere.',
  usage: '<type> [field=value|text ...]',
  arguments: [type(), new Argument('[filter...]', 'which records; all where none is given')],
  looks: () => true,
  options: [
    limit(),
    new Option('--sort <field>', 'in the order of a field, not of ids; -field puts the greatest first'),
  ],
  examples: [
    ['sc-sync list issues status=open --limit 20', 'open issues'],
    ['sc-sync list issues labels=bug login', 'bugs with "login" in some text'],
    ['sc-sync list issues --sort -updated_at', 'what changed last comes first'],
  ],
  run,
};

/** Lists records of a type. */
function run({ session, args: [word = '', ...filters], options }: Invocation): Outcome {
  const records = session.records();
  const entity = requireNamedEntity(session.store().registry, word);
  const { type } = entity;
  const isWanted = readFilters(entity, filters, (path) => session.resolve(path));
  const most = typeof options['limit'] === 'number' ? options['limit'] : Infinity;
  const sort = typeof options['sort'] === 'string' ? readOrder(entity, options['sort']) : undefined;
  function* found(): Generator<Content> {
    let left = most;
    if (left === 0) return;
    const wanted = filtered(records.list(type), isWanted);
    for (const content of sort === undefined ? wanted : [...wanted].sort(sort)) {
      yield content;
      if (--left === 0) return;
    }
  }
  if (session.isJson) {
    const json = { type, records: [...found()].map((content) => new ExactJson(toJson(content))) };
    return { status: EXIT.done, json, text: [] };
  }
  const columns = listColumns(entity, Date.now());
  function* text(): Generator<Block> {
    let listed = 0;
    function* rows(): Generator<string[]> {
      for (const content of found()) {
        listed++;
        yield columns.map(({ cell }) => cell(content));
      }
    }
    const heads = columns.map(({ head }) => head);
    yield grid(heads, rows(), { right: [columns.length - 1], tones: listTones(columns), level: 'data' });
    yield info(count(listed, 'record'), 'dim');
  }
  return { status: EXIT.done, json: {}, text: text(), isLive: true };
}

function* filtered(contents: Iterable<Content>, isWanted: (content: Content) => boolean): Generator<Content> {
  for (const content of contents) if (isWanted(content)) yield content;
}
