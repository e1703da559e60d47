import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import ts from 'typescript';

const SRC = fileURLToPath(new URL('../src', import.meta.url));

/** Statements, not sentences. */
const SQL =
  /\b(SELECT|INSERT|DELETE FROM|UPDATE|CREATE|ALTER|PRAGMA|WHERE|ON CONFLICT|ORDER BY|SAVEPOINT|UNION|CAST|WHEN|IS NOT NULL)\b|^temp\.\w+ \(/;

/** A text of the program that somebody may read. */
export interface Message {
  readonly file: string;
  /** With `{...}` for what is put in. */
  readonly text: string;
  /** What it is for, where the program says so. */
  readonly role: 'message' | 'hint' | 'other';
}

/** All texts of `src` with more than one word, but for SQL. */
export function readMessages(): Message[] {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  return files
    .map((file) => file.replaceAll('\\', '/'))
    .sort()
    .flatMap(readFile);
}

function readFile(file: string): Message[] {
  const source = ts.createSourceFile(file, readFileSync(join(SRC, file), 'utf8'), ts.ScriptTarget.Latest, true);
  const found: Message[] = [];
  const visit = (node: ts.Node): void => {
    const text = ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node) ? node.text : templateText(node);
    const isType = ts.isLiteralTypeNode(node.parent) || ts.isImportDeclaration(node.parent);
    if (text !== undefined && !isType && /[a-z,;:}] [a-z{(]/i.test(text) && !SQL.test(text))
      found.push({ file, text, role: roleOf(node) });
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(source, visit);
  return found;
}

function templateText(node: ts.Node): string | undefined {
  if (!ts.isTemplateExpression(node)) return undefined;
  return node.head.text + node.templateSpans.map(({ literal }) => `{...}${literal.text}`).join('');
}

/** The second argument of an error is its message; what is named `hint` is one. A choice between two texts counts as both. */
function roleOf(node: ts.Node): Message['role'] {
  let child = node;
  while (ts.isConditionalExpression(child.parent) && child.parent.condition !== child) child = child.parent;
  const { parent } = child;
  if (ts.isNewExpression(parent) && parent.expression.getText() === 'SyncError' && parent.arguments?.[1] === child)
    return 'message';
  return ts.isPropertyAssignment(parent) && parent.name.getText() === 'hint' ? 'hint' : 'other';
}
