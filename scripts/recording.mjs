// Plays a first run in an empty folder, and draws what a terminal shows into docs/first-run.svg.
//
//   npm run build && node scripts/recording.mjs
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../dist/bin/sc-sync.cjs', import.meta.url));
const PICTURE = fileURLToPath(new URL('../docs/first-run.svg', import.meta.url));

/** Words of `sc-sync`, with how they look in a shell where quotes are needed. */
const CALLS = [
  ['init'],
  ['put', 'memory', 'mem_release', 'key=release', "value='npm publish'"],
  ['sync'],
  ['get', 'release'],
];

const FONT = 14;
const LINE = 20;
const MARGIN = 16;
const COLUMNS = 78;

/** @param {string} home */
function play(home) {
  const cwd = join(home, 'atlas');
  mkdirSync(cwd);
  const env = { PATH: process.env['PATH'], HOME: home, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' };
  execFileSync('git', ['init', '--quiet'], { cwd, env });
  return CALLS.flatMap((words) => {
    const given = words.map((word) => word.replaceAll("'", ''));
    const said = execFileSync(process.execPath, [MAIN, ...given], { cwd, env, encoding: 'utf8' });
    const plain = said.replaceAll(home, '~').replaceAll(/\b1[789]\d{11}\b/g, '1767225600000');
    return [`$ sc-sync ${words.join(' ')}`, ...plain.trimEnd().split('\n'), ''];
  });
}

/** @param {string} text */
const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** @param {string[]} lines */
function draw(lines) {
  const shown = lines.map((line) => (line.length > COLUMNS ? `${line.slice(0, COLUMNS - 1)}…` : line));
  const width = COLUMNS * FONT * 0.602 + 2 * MARGIN;
  const height = shown.length * LINE + 2 * MARGIN;
  const texts = shown.map((line, row) => {
    const fill = line.startsWith('$ ') ? '#7ee787' : '#e6edf3';
    return `<text x="${MARGIN}" y="${MARGIN + FONT + row * LINE}" fill="${fill}">${escaped(line)}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${Math.ceil(width)}" height="${height}" role="img">`,
    '<title>A first run of sc-sync in a terminal</title>',
    '<rect width="100%" height="100%" rx="8" fill="#0d1117"/>',
    `<g font-family="ui-monospace, Menlo, Consolas, monospace" font-size="${FONT}" xml:space="preserve">`,
    ...texts.filter((text) => !text.endsWith('></text>')),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

const home = realpathSync(mkdtempSync(join(tmpdir(), 'recording-')));
try {
  writeFileSync(PICTURE, draw(play(home).slice(0, -1)));
} finally {
  rmSync(home, { recursive: true, force: true });
}
