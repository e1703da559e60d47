/**
 * Measures what git takes for data files of some sizes: one file, and the same lines in 256 files by a hash of type and id:
 *
 *     npm run build && node bench/git-sizes.mjs [--n 10000,100000,1000000] [--layouts single,sharded] [--runs 3]
 *
 * Each run changes 10 lines, adds, commits and pushes them to a bare repository on the same disk, clones that, and
 * merges 10 other lines of another branch: with git's own merge of text, and with the merge driver. In the second layout
 * both sides change the same 10 files. Prints medians: seconds, and seconds of the processor in brackets.
 */
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import Table from 'cli-table3';

import { writeAll } from '../dist/files/file.js';
import { driverCommand } from '../dist/git/driver-command.js';
import { sha256 } from '../dist/record/json.js';
import { median, runTimed } from './processes.mjs';
import { Prose, Random } from './random.mjs';

/** @import { Timed } from './processes.mjs' */

const SHARDS = 256;
const CHANGES = 10;
const START = Date.UTC(2025, 0, 1);
/** Settings that no machine's own reach; nothing runs in the background. */
const ENV = Object.freeze({
  ...{ GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
  ...{ GIT_AUTHOR_NAME: 'bench', GIT_AUTHOR_EMAIL: 'bench@localhost' },
  ...{ GIT_COMMITTER_NAME: 'bench', GIT_COMMITTER_EMAIL: 'bench@localhost' },
  ...{ GIT_CONFIG_COUNT: '2', GIT_CONFIG_KEY_0: 'gc.auto', GIT_CONFIG_VALUE_0: '0' },
  ...{ GIT_CONFIG_KEY_1: 'maintenance.auto', GIT_CONFIG_VALUE_1: 'false' },
});

/** @typedef {'single' | 'sharded'} Layout */

const { values } = parseArgs({
  options: {
    n: { type: 'string', default: '10000,100000,1000000' },
    layouts: { type: 'string', default: 'single,sharded' },
    runs: { type: 'string', default: '3' },
  },
});

const sizes = values.n.split(',').map(Number);
const layouts = /** @type {Layout[]} */ (values.layouts.split(','));
/** @type {Record<string, unknown>[]} */
const all = [];
for (const n of sizes) {
  for (const layout of layouts) {
    console.error(`${n} records, ${layout} ...`);
    all.push(await measure(n, layout, Number(values.runs)));
  }
}
const table = new Table({
  head: ['', ...all.map(({ n, layout }) => `${String(n)} ${String(layout)}`)],
  style: { head: [], border: [], compact: true },
});
for (const name of Object.keys(all[0] ?? {}).slice(2)) {
  table.push([name, ...all.map((figures) => String(figures[name] ?? ''))]);
}
console.log(table.toString());
console.log(JSON.stringify(all, undefined, 2));

/**
 * @param {number} n
 * @param {Layout} layout
 * @param {number} runs
 */
async function measure(n, layout, runs) {
  const root = mkdtempSync(join(tmpdir(), 'git-sizes-'));
  const repository = join(root, 'repository');
  const git = (/** @type {readonly string[]} */ ...words) =>
    runTimed('git', words, { cwd: repository, env: ENV, mayFail: words[0] === 'merge' });
  try {
    const bytes = writeFiles(join(repository, '.savecontext'), n, layout);
    /** @type {Record<string, Timed[]>} */
    const timed = {};
    const note = async (/** @type {string} */ name, /** @type {readonly string[]} */ ...words) => {
      const done = await git(...words);
      (timed[name] ??= []).push(done);
      return done;
    };
    await git('init', '--quiet', '--initial-branch=main');
    await git('config', 'merge.sc-sync.driver', driverCommand());
    await note('first add', 'add', '.');
    await git('commit', '--quiet', '--message=first');
    await note('first repack', 'repack', '-a', '-d', '-q');
    await git('prune-packed');
    const packed = await packSize(git);
    await git('clone', '--quiet', '--bare', '.', '../server.git');
    await git('remote', 'add', 'origin', '../server.git');
    await git('fetch', '--quiet');
    let [loose, sent, growth] = [0, 0, 0];
    const attributes = join(repository, '.git', 'info', 'attributes');
    for (let round = 0; round < runs; round++) {
      const [ours, theirs] = [`ours ${round}`, `theirs ${round}`];
      edit(join(repository, '.savecontext'), layout, 0, ours);
      await note('add', 'add', '.');
      await note('commit', 'commit', '--quiet', `--message=${ours}`);
      if (round === 0) {
        loose = await looseSize(git);
        // A bundle holds what a push sends.
        await git('bundle', 'create', '--quiet', '../sent', 'origin/main..main');
        sent = statSync(join(root, 'sent')).size;
      }
      await note('push', 'push', '--quiet', 'origin', 'main');
      await note('clone', 'clone', '--quiet', '--no-local', '../server.git', '../clone');
      rmSync(join(root, 'clone'), { recursive: true });
      if (round === 0) {
        await note('repack', 'repack', '-a', '-d', '-q');
        growth = (await packSize(git)) - packed;
      }
      await git('switch', '--quiet', '--create', `other-${round}`, 'HEAD~1');
      edit(join(repository, '.savecontext'), layout, layout === 'single' ? 0.05 : 0.5, theirs);
      await git('commit', '--quiet', '--all', `--message=${theirs}`);
      await git('switch', '--quiet', 'main');
      for (const name of ['merge of text', 'merge with the driver']) {
        writeFileSync(attributes, name === 'merge of text' ? '' : '*.jsonl merge=sc-sync\n');
        const { code, out } = await note(name, 'merge', '--quiet', '--no-edit', `other-${round}`);
        const found = [ours, theirs].map((word) => count(join(repository, '.savecontext'), layout, word));
        if (code !== 0) console.error(`${name} fails: ${out.trim()}`);
        else if (found.some((each) => each !== CHANGES)) throw new Error(`${name} lost lines: ${found.join(', ')}`);
        await git('reset', '--quiet', '--hard', code === 0 ? 'HEAD~1' : 'HEAD');
      }
    }
    const times = Object.entries(timed).map(([name, done]) => {
      const fails = done.some(({ code }) => code !== 0) ? ', fails' : '';
      const [wall, cpu] = [median(done.map((each) => each.wall)), median(done.map((each) => each.cpu))];
      return [name, `${short(wall / 1000)} (${short(cpu / 1000)})${fails}`];
    });
    return {
      ...{ n, layout, 'MB of all files': short(bytes / 1e6), 'MB packed': short(packed / 1e6) },
      ...Object.fromEntries(times),
      'MB more, loose': short(loose / 1e6),
      'KB sent': short(sent / 1e3),
      'KB more, packed': short(growth / 1e3),
    };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** @typedef {(...words: readonly string[]) => Promise<Timed>} Git */

/** Bytes of all packs. @param {Git} git */
async function packSize(git) {
  return Number(/^size-pack: (\d+)/m.exec((await git('count-objects', '-v')).out)?.[1]) * 1024;
}

/** Bytes of all objects that are in no pack. @param {Git} git */
async function looseSize(git) {
  return Number(/^size: (\d+)/m.exec((await git('count-objects', '-v')).out)?.[1]) * 1024;
}

/**
 * Writes context items as an export has them, in the order of their ids. Gives the number of bytes.
 *
 * @param {string} dir
 * @param {number} n
 * @param {Layout} layout
 */
function writeFiles(dir, n, layout) {
  mkdirSync(dir, { recursive: true });
  const random = new Random(1);
  const prose = new Prose(random);
  const ids = Array.from({ length: n }, () => `item_${random.hex(8)}-${random.hex(4)}`).sort();
  const files = pathsOf(dir, layout).map((path) => openSync(path, 'w'));
  /** @type {string[][]} */
  const waiting = files.map(() => []);
  let bytes = 0;
  const flush = () => {
    for (const [index, fd] of files.entries()) bytes += writeSync(fd, waiting[index]?.splice(0).join('') ?? '');
  };
  for (const [index, id] of ids.entries()) {
    const value = prose.value();
    const item = {
      ...{ id, session_id: `sess_${random.hex(8)}-${random.hex(4)}`, key: `item ${index}`, value, category: 'note' },
      ...{ priority: 'normal', channel: 'general', tags: '["sync"]', size: Buffer.byteLength(value) },
      ...{ created_at: START + index, updated_at: START + index, v: 1 },
    };
    const shard = layout === 'single' ? 0 : Number.parseInt(sha256(`context_item\0${id}`).slice(0, 2), 16);
    waiting[shard]?.push(lineOf(item, START));
    if (index % 10_000 === 9_999) flush();
  }
  flush();
  for (const fd of files) closeSync(fd);
  return bytes;
}

/**
 * @param {Record<string, unknown>} item
 * @param {number} stamp
 */
function lineOf(item, stamp) {
  const exported = new Date(stamp).toISOString();
  const members = { ...item, content_hash: sha256(JSON.stringify(item)), exported_at: exported };
  return `${JSON.stringify({ type: 'context_item', ...members })}\n`;
}

/**
 * @param {string} dir
 * @param {Layout} layout
 */
function pathsOf(dir, layout) {
  if (layout === 'single') return [join(dir, 'context_items.jsonl')];
  return Array.from({ length: SHARDS }, (_, shard) =>
    join(dir, `context_items-${shard.toString(16).padStart(2, '0')}.jsonl`),
  );
}

/**
 * The files that have the changed lines, and where in them, as parts of their lengths.
 *
 * @param {string} dir
 * @param {Layout} layout
 * @returns {readonly (readonly [string, readonly number[]])[]}
 */
function changedPlaces(dir, layout) {
  const paths = pathsOf(dir, layout);
  const parts = Array.from({ length: CHANGES }, (_, index) => index / CHANGES);
  if (layout === 'single') return paths.map((path) => [path, parts]);
  return parts.map((part) => [paths[Math.floor(part * SHARDS)] ?? '', [part]]);
}

/**
 * Puts a word into the values of some lines.
 *
 * @param {string} dir
 * @param {Layout} layout
 * @param {number} shift how far from the places
 * @param {string} word
 */
function edit(dir, layout, shift, word) {
  for (const [path, parts] of changedPlaces(dir, layout)) {
    const before = readFileSync(path);
    const fd = openSync(path, 'w');
    let done = 0;
    for (const part of parts) {
      const place = Math.floor(((part + shift) % 1) * before.length);
      const start = place === 0 ? 0 : before.lastIndexOf(0x0a, place - 1) + 1;
      const end = before.indexOf(0x0a, start) + 1;
      const { type, content_hash, exported_at, ...item } = JSON.parse(before.toString('utf8', start, end));
      const line = lineOf({ ...item, value: `${item.value} ${word}.` }, Date.parse(exported_at) + 1000);
      if (type === undefined || content_hash === undefined) throw new Error(`no record at ${place} of ${path}`);
      writeAll(fd, before.subarray(done, start));
      writeAll(fd, Buffer.from(line));
      done = end;
    }
    writeAll(fd, before.subarray(done));
    closeSync(fd);
  }
}

/**
 * How many changed lines have a word.
 *
 * @param {string} dir
 * @param {Layout} layout
 * @param {string} word
 */
function count(dir, layout, word) {
  let found = 0;
  for (const [path] of changedPlaces(dir, layout)) {
    const bytes = readFileSync(path);
    for (let at = bytes.indexOf(` ${word}.`); at >= 0; at = bytes.indexOf(` ${word}.`, at + 1)) found++;
  }
  return found;
}

/** @param {number} value */
function short(value) {
  return value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2);
}
