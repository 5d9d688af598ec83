const digits = Array.from({ length: 10 }, (_, digit) => `SELECT ${digit} AS n`).join(' UNION ALL ');

/** A test's statements for any kind of server: MariaDB's tables of numbers as a query. */
export function asAnyServer(sql: string): string {
  return sql.replace(/\bseq_1_to_(\d+)\b/g, (name: string, last: string) => {
    const places = Array.from(last, (_, place) => `d${place}`);
    const seq = `1 + ${places.map((digit, place) => `${10 ** place} * ${digit}.n`).join(' + ')}`;
    const from = places.map((digit) => `(${digits}) AS ${digit}`).join(' JOIN ');
    return `(SELECT ${seq} AS seq FROM ${from} WHERE ${seq} <= ${last} ORDER BY seq) AS ${name}`;
  });
}
