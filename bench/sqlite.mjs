// The least that a program with a database takes: Node, and the driver that the engine would choose.
const builtin = process.getBuiltinModule('node:sqlite') ?? (await import('@photostructure/sqlite'));
new builtin.DatabaseSync(':memory:').close();
