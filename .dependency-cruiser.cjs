/**
 * The layers of src/, lowest first: a module imports its own layer and lower ones, never a higher one.
 * Every file belongs to one by its path; 'known-place' reports a file that belongs to none.
 */
const LAYERS = [
  { name: 'base', paths: ['^src/errors\\.ts$', '^src/registry/', '^src/record/'] },
  {
    name: 'pure',
    paths: [
      '^src/merge/',
      '^src/jsonl/(parse|format)[^/]*\\.ts$',
      '^src/(export|import)/plan[^/]*\\.ts$',
      '^src/(export|import)/plan/',
    ],
  },
  {
    name: 'effects',
    paths: [
      '^src/store/',
      '^src/tracking/',
      '^src/jsonl/(?!(parse|format)[^/]*\\.ts$)',
      '^src/git/',
      '^src/directory\\.ts$',
    ],
  },
  {
    name: 'operations',
    paths: [
      '^src/(export|import)/(?!plan)',
      '^src/secrets/',
      '^src/(?!errors\\.ts$|directory\\.ts$|index\\.ts$|merge-driver\\.ts$)[^/]+\\.ts$',
    ],
  },
  { name: 'entries', paths: ['^src/cli/', '^src/merge-driver\\.ts$', '^src/index\\.ts$'] },
];

/** Modules that compute from their arguments alone; `eslint.config.js` has the same list. */
const PURE_MODULES = [...LAYERS[0].paths, ...LAYERS[1].paths, '^src/tracking/triggers\\.ts$'];

const layerRules = LAYERS.slice(0, -1).map((layer, level) => ({
  name: `direction-${layer.name}`,
  severity: 'error',
  comment: `Modules of the layer '${layer.name}' import no higher layer.`,
  from: { path: layer.paths },
  to: { path: LAYERS.slice(level + 1).flatMap((higher) => higher.paths) },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...layerRules,
    {
      name: 'known-place',
      severity: 'error',
      comment: 'A file of src/ must belong to a layer: put it into a folder that exists, or add the folder to LAYERS.',
      from: {},
      to: { path: '^src/', pathNot: LAYERS.flatMap((layer) => layer.paths) },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'Modules that import each other are one module: merge them, or move what they share below both.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'index-is-for-users',
      severity: 'error',
      comment: 'Inside the package, import the module that has the thing, not the barrel.',
      from: { path: '^src/' },
      to: { path: '^src/index\\.ts$' },
    },
    {
      name: 'pure-modules-without-builtins',
      severity: 'error',
      comment: 'Pure modules import no builtin but node:crypto, for hashing.',
      from: { path: PURE_MODULES },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
    {
      name: 'pure-modules-without-packages',
      severity: 'error',
      comment: 'Pure modules import no npm package.',
      from: { path: PURE_MODULES },
      to: { dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'git-for-cli-only',
      severity: 'error',
      comment: 'Only the command line knows git; the engine reaches it through a port.',
      from: { path: '^src/', pathNot: '^src/(git|cli)/|^src/merge-driver\\.ts$' },
      to: { path: '^src/git/' },
    },
    {
      name: 'cli-is-the-top',
      severity: 'error',
      comment: 'Nothing imports the command line.',
      from: { path: '^src/', pathNot: '^src/cli/' },
      to: { path: '^src/cli/' },
    },
    {
      name: 'cli-packages-in-cli-only',
      severity: 'error',
      comment: 'A program that uses the library loads no command line package.',
      from: { path: '^src/', pathNot: '^src/cli/' },
      to: { path: '(^|/)node_modules/(commander|picocolors|cli-table3|cli-progress)/' },
    },
    {
      name: 'scanner-in-secrets-only',
      severity: 'error',
      comment: 'The scanner is loaded when there is a value to look at, and not before.',
      from: { path: '^src/', pathNot: '^src/secrets/' },
      to: { path: '(^|/)node_modules/(synckit|@secretlint)/|^src/secrets/secret-worker\\.ts$' },
    },
    {
      name: 'merge-driver-stays-small',
      severity: 'error',
      comment: 'git starts the merge driver once a file: it loads neither SQLite nor the command line parser.',
      from: { path: '^src/merge-driver\\.ts$' },
      to: {
        path: '^src/(store|tracking|cli)/|(^|/)node_modules/(@photostructure|better-sqlite3|commander)/|^(node:)?sqlite$',
        reachable: true,
      },
    },
    {
      name: 'no-development-packages',
      severity: 'error',
      comment: 'What src/ imports must be installed with the package.',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], pathNot: '(^|/)node_modules/@types/node/' },
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      comment: 'The imported module is not there.',
      from: {},
      // A builtin of newer Node versions only, loaded when it is there.
      to: { couldNotResolve: true, pathNot: '^node:sqlite$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
