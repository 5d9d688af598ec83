import ts from 'typescript';

/** A test as Jest would register it, found without running its file. */
export interface FoundTest {
  readonly title: string;
  /** Why Jest would not run it, or null. */
  readonly whyNotRun: string | null;
}

interface Registration {
  readonly kind: 'test' | 'describe';
  readonly modifiers: readonly string[];
  /** The argument of `.each`. */
  readonly rows: ts.Expression | null;
}

interface Found extends FoundTest {
  readonly isOnly: boolean;
}

type Around = Pick<Found, 'whyNotRun' | 'isOnly'>;

const roots = new Map<string, Omit<Registration, 'rows'>>([
  ['it', { kind: 'test', modifiers: [] }],
  ['test', { kind: 'test', modifiers: [] }],
  ['fit', { kind: 'test', modifiers: ['only'] }],
  ['xit', { kind: 'test', modifiers: ['skip'] }],
  ['xtest', { kind: 'test', modifiers: ['skip'] }],
  ['describe', { kind: 'describe', modifiers: [] }],
  ['fdescribe', { kind: 'describe', modifiers: ['only'] }],
  ['xdescribe', { kind: 'describe', modifiers: ['skip'] }],
]);
/** A test marked "failing" passes when its assertions don't hold. */
const marksOfNotShown = ['skip', 'todo', 'failing'];

/**
 * The tests that a file really registers: calls of `it` and `test` at its top or inside `describe`.
 * A title that only stands in a comment, a string or another function is none.
 */
export function findTests(source: string): readonly FoundTest[] {
  const file = ts.createSourceFile('some.test.ts', source, ts.ScriptTarget.Latest, true);
  const found = inStatements(file, file.statements, { whyNotRun: null, isOnly: false });
  const hasOnly = found.some(({ isOnly }) => isOnly);
  const whyNotOfOnly = (isOnly: boolean): string | null => {
    if (isOnly) return 'it is marked "only"';
    return hasOnly ? 'another test of its file is marked "only"' : null;
  };
  return found.map(({ title, whyNotRun, isOnly }) => ({
    title,
    whyNotRun: whyNotRun ?? whyNotOfOnly(isOnly),
  }));
}

function inStatements(
  file: ts.SourceFile,
  statements: readonly ts.Statement[],
  around: Around,
): readonly Found[] {
  return statements.flatMap((statement): readonly Found[] => {
    if (ts.isBlock(statement)) return inStatements(file, statement.statements, around);
    if (ts.isForOfStatement(statement)) return inStatements(file, [statement.statement], around);
    if (ts.isIfStatement(statement)) {
      const branches = [statement.thenStatement, statement.elseStatement].filter((one) => one !== undefined);
      return inStatements(file, branches, { ...around, whyNotRun: 'it stands under a condition' });
    }
    const call = ts.isExpressionStatement(statement) ? statement.expression : null;
    return call !== null && ts.isCallExpression(call) ? inCall(file, call, around) : [];
  });
}

function inCall(file: ts.SourceFile, call: ts.CallExpression, around: Around): readonly Found[] {
  const registration = registrationOf(call.expression);
  if (registration === null) return [];
  const { kind, modifiers, rows } = registration;
  const [name, body] = call.arguments;
  const mark = modifiers.find((one) => marksOfNotShown.includes(one));
  const here: Around = {
    whyNotRun: around.whyNotRun ?? (mark === undefined ? null : `it is marked "${mark}"`),
    isOnly: around.isOnly || modifiers.includes('only'),
  };
  if (kind === 'describe') {
    const isFunction = body !== undefined && (ts.isArrowFunction(body) || ts.isFunctionExpression(body));
    return isFunction && ts.isBlock(body.body) ? inStatements(file, body.body.statements, here) : [];
  }
  const title = name === undefined ? null : textOf(name);
  if (title === null) return [];
  const whyNotRun = here.whyNotRun ?? (body === undefined ? 'it has no body' : null);
  const titles = [title, ...(rows === null ? [] : titlesOfRows(file, title, rows))];
  return [...new Set(titles)].map((one) => ({ ...here, title: one, whyNotRun }));
}

/** What is registered by `it.skip.each(rows)(…)` and the like; null for any other call. */
function registrationOf(callee: ts.Expression): Registration | null {
  if (ts.isIdentifier(callee)) {
    const known = roots.get(callee.text);
    return known === undefined ? null : { ...known, rows: null };
  }
  if (ts.isPropertyAccessExpression(callee)) {
    const inner = registrationOf(callee.expression);
    return inner && { ...inner, modifiers: [...inner.modifiers, callee.name.text] };
  }
  const isEach = (one: ts.Expression) => ts.isPropertyAccessExpression(one) && one.name.text === 'each';
  if (!ts.isCallExpression(callee) || !isEach(callee.expression)) return null;
  const inner = registrationOf(callee.expression);
  return inner && { ...inner, rows: callee.arguments[0] ?? null };
}

function textOf(node: ts.Expression): string | null {
  if (ts.isStringLiteralLike(node)) return node.text;
  return ts.isTemplateExpression(node) ? node.getText().slice(1, -1) : null;
}

/**
 * The titles that `.each` makes of literal rows. A row with anything else in its title makes none.
 */
function titlesOfRows(file: ts.SourceFile, title: string, rows: ts.Expression): readonly string[] {
  return (literalArray(file, rows)?.elements ?? []).flatMap((row) => fillTitle(title, bare(row)) ?? []);
}

function fillTitle(title: string, row: ts.Expression): string | null {
  const inOrder = ts.isArrayLiteralExpression(row) ? row.elements.map(bare) : [row];
  let next = 0;
  let isLiteral = true;
  const filled = title.replaceAll(/%[sdij]|\$([A-Za-z]\w*)/g, (_all, key: string | undefined) => {
    const value = key === undefined ? inOrder[next++] : propertyOf(row, key);
    const text = value === undefined ? null : literalText(value);
    isLiteral &&= text !== null;
    return text ?? '';
  });
  return isLiteral ? filled : null;
}

function propertyOf(row: ts.Expression, key: string): ts.Expression | undefined {
  if (!ts.isObjectLiteralExpression(row)) return undefined;
  const property = row.properties.find((one) => one.name?.getText() === key);
  return property !== undefined && ts.isPropertyAssignment(property) ? property.initializer : undefined;
}

function literalText(value: ts.Expression): string | null {
  if (ts.isStringLiteralLike(value) || ts.isNumericLiteral(value)) return value.text;
  const isBoolean = value.kind === ts.SyntaxKind.TrueKeyword || value.kind === ts.SyntaxKind.FalseKeyword;
  return isBoolean ? value.getText() : null;
}

/** The rows, also where they stand in a constant of the same file. */
function literalArray(file: ts.SourceFile, rows: ts.Expression): ts.ArrayLiteralExpression | null {
  const list = bare(rows);
  if (ts.isArrayLiteralExpression(list)) return list;
  if (!ts.isIdentifier(list)) return null;
  const declared = file.statements
    .filter((one) => ts.isVariableStatement(one))
    .flatMap((one) => one.declarationList.declarations)
    .find(({ name }) => ts.isIdentifier(name) && name.text === list.text)?.initializer;
  const value = declared && bare(declared);
  return value !== undefined && ts.isArrayLiteralExpression(value) ? value : null;
}

function bare(node: ts.Expression): ts.Expression {
  const isWrapped =
    ts.isAsExpression(node) || ts.isParenthesizedExpression(node) || ts.isSatisfiesExpression(node);
  return isWrapped ? bare(node.expression) : node;
}
