/**
 * An item of a record: an expression, and the bytes (in hexadecimal digits) in the place of NULL.
 */
export interface JoinedItem {
  readonly value: string;
  readonly insteadOfNull: string | null;
}

/**
 * Items one behind the other as bytes, whatever charset and collation each has.
 * @param between bytes between two items, in hexadecimal digits
 * @param casts MySQL takes the bytes between for text (error 3854), unless every item is bytes;
 *   MariaDB doesn't, and the casts would cost it a tenth
 */
export function joinedBytes(
  items: readonly JoinedItem[],
  between: string,
  { casts }: { readonly casts: boolean },
): string {
  const parts = items.map(({ value, insteadOfNull }) => {
    const item = casts ? `CAST(${value} AS BINARY)` : value;
    return insteadOfNull === null ? item : `IFNULL(${item}, ${bytes(insteadOfNull)})`;
  });
  return `CONCAT_WS(${[bytes(between), ...parts].join(', ')})`;
}

function bytes(hex: string): string {
  return `CAST(x'${hex}' AS BINARY)`;
}
