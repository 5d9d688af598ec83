/** The words of an SQL text, as far as it takes to see which names stand where. Pure. */

export interface SqlToken {
  /** A keyword or a name; `null`: a sign. */
  readonly word: string | null;
  /** A name in backticks: never a keyword. */
  readonly quoted: boolean;
  readonly sign: string | null;
}

const pattern =
  /--(?=\s|$)[^\n]*|#[^\n]*|\/\*(?!!)[\s\S]*?(?:\*\/|$)|\/\*!\d*|\*\/|'(?:[^'\\]|\\[\s\S]|'')*'|"((?:[^"\\]|\\[\s\S]|"")*)"|`((?:[^`]|``)*)`|([A-Za-z0-9_$\u0080-\uffff]+)|:=|[^\s]/g;

/**
 * Comments and texts in single quotes are left out; what stands in double quotes may be a name (SQL
 * mode ANSI_QUOTES).
 */
export function tokensOf(sql: string): SqlToken[] {
  const tokens: SqlToken[] = [];
  for (const [text, doubled, quoted, word] of sql.matchAll(pattern)) {
    const name = doubled?.replaceAll('""', '"') ?? quoted?.replaceAll('``', '`');
    if (name !== undefined) tokens.push({ word: name, quoted: true, sign: null });
    else if (word !== undefined) tokens.push({ word, quoted: false, sign: null });
    else if (!/^(--\s|--$|#|\/\*|\*\/|')/.test(text)) tokens.push({ word: null, quoted: false, sign: text });
  }
  return tokens;
}
