/** The folders of src/, lowest first, a row each: a module imports its own folder and those above its row. */
const FOLDERS = ['registry', 'record', 'format', 'merge', 'files', 'store', 'adopt', 'sync', 'secrets', 'git', 'cli'];

/** Packages that the build puts into the programs (`scripts/bundle.mjs`): nobody installs them with the package. */
const BUNDLED = '(^|/)node_modules/(commander|picocolors|string-width|cli-progress)/';

/** Modules that compute from their arguments alone; `eslint.config.js` has the same list. */
const PURE = ['^src/(errors\\.ts$|registry/|record/|format/|merge/)', '^src/sync/(export|import)/plan[^/]*\\.ts$'];

/** What may know SaveContext: the folder itself, the entries, the command line. */
const KNOWS_SAVECONTEXT = '^src/(savecontext|cli)/|^src/(index|merge-driver)\\.ts$';

const directions = FOLDERS.map((folder, row) => ({
  name: `direction-${folder}`,
  severity: 'error',
  comment: `Modules of ${folder}/ import no folder of a later row.`,
  from: { path: `^src/${folder}/` },
  to: { path: FOLDERS.slice(row + 1).map((later) => `^src/${later}/`) },
})).slice(0, -1);

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...directions,
    {
      name: 'known-place',
      severity: 'error',
      comment: 'A file of src/ lies in a folder with a row, in savecontext/, or is an entry.',
      from: {},
      to: { path: '^src/', pathNot: `^src/(${FOLDERS.join('|')}|savecontext)/|^src/(errors|index|merge-driver)\\.ts$` },
    },
    {
      name: 'savecontext-is-one-schema-among-others',
      severity: 'error',
      comment: 'Nothing generic knows SaveContext.',
      from: { path: '^src/', pathNot: KNOWS_SAVECONTEXT },
      to: { path: '^src/savecontext/' },
    },
    {
      name: 'savecontext-is-below-secrets',
      severity: 'error',
      comment:
        'SaveContext is a schema, and a store that hands out projects: it looks for no secrets, and knows no git.',
      from: { path: '^src/savecontext/' },
      to: { path: '^src/(secrets|git|cli)/' },
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
      from: { path: PURE },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
    {
      name: 'pure-modules-without-packages',
      severity: 'error',
      comment: 'Pure modules import no npm package.',
      from: { path: PURE },
      to: { dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'git-for-cli-only',
      severity: 'error',
      comment: 'The library knows no git: it reaches the history of files through a port.',
      from: { path: '^src/index\\.ts$' },
      to: { path: '^src/git/', reachable: true },
    },
    {
      name: 'cli-packages-in-cli-only',
      severity: 'error',
      comment: 'A program that uses the library loads no command line package, and has none.',
      from: { path: '^src/', pathNot: '^src/cli/' },
      to: { path: BUNDLED },
    },
    {
      name: 'verbs-are-loaded-when-called',
      severity: 'error',
      comment: 'A verb is loaded by the list of verbs when it is called; what two verbs share lies beside the folder.',
      from: { path: '^src/' },
      to: { path: '^src/cli/verbs/', dependencyTypesNot: ['dynamic-import'] },
    },
    {
      name: 'scanner-in-secrets-only',
      severity: 'error',
      comment: 'The scanner is loaded when there is a value to look at, and not before.',
      from: { path: '^src/', pathNot: '^src/secrets/' },
      to: { path: '(^|/)node_modules/(synckit|@secretlint)/|^src/secrets/(secret-worker|find-secrets)\\.ts$' },
    },
    {
      name: 'mcp-in-its-verb-only',
      severity: 'error',
      comment: 'What speaks with agents is loaded when an agent starts the verb, and not before.',
      from: { path: '^src/', pathNot: '^src/cli/verbs/mcp\\.ts$' },
      to: { path: '(^|/)node_modules/@modelcontextprotocol/' },
    },
    {
      name: 'schemas-in-their-verb-only',
      severity: 'error',
      comment: 'The schemas of what verbs print are data for those who read it.',
      from: { path: '^src/', pathNot: '^src/cli/(verbs/schema\\.ts$|schemas/)' },
      to: { path: '^src/cli/schemas/' },
    },
    {
      name: 'merge-driver-stays-small',
      severity: 'error',
      comment: 'git starts the merge driver once a file: it loads neither SQLite nor the command line parser.',
      from: { path: '^src/merge-driver\\.ts$' },
      to: {
        path: '^src/(store|cli)/|(^|/)node_modules/(@photostructure|better-sqlite3|commander)/|^(node:)?sqlite$',
        reachable: true,
      },
    },
    {
      name: 'no-development-packages',
      severity: 'error',
      comment: 'What src/ imports must be installed with the package, or be a part of its programs.',
      from: { path: '^src/' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        pathNot: ['(^|/)node_modules/@types/node/', BUNDLED],
      },
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
