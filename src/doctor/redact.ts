import { type Config, databaseUrlsOf } from '../config';
import { parseAddress } from '../database/address';
import type { Finding } from './finding';

/** Stands for what only the machines' operators may read. */
const hidden = '…';

/**
 * Findings for a reader who isn't at the machine: without hosts, accounts, databases, files and the
 * statements that name them.
 */
export function redacted(findings: readonly Finding[], config: Config): Finding[] {
  const secrets = secretsOf(config);
  const hide = (text: string): string =>
    secrets.reduce((rest, secret) => rest.replaceAll(secret, hidden), text).replaceAll(quoted, hidden);
  return findings.map(({ level, check, found, todo }) => ({
    level,
    check,
    found: hide(found),
    todo:
      todo !== null && /\bGRANT\b/.test(todo)
        ? 'Run "resync doctor" where the service runs: it prints the GRANT statements.'
        : todo === null
          ? null
          : hide(todo),
  }));
}

/** Accounts as servers write them, whatever host they come from; paths of files. */
const quoted = /[`'][^`' ]*[`']@[`'][^`' ]*[`']|(?<![\w.])\/(?:[\w.-]+\/)+[\w.-]+/g;

function secretsOf({ stateDatabaseUrl, controlDatabaseUrl, districts, temporal }: Config): string[] {
  const urls = [
    stateDatabaseUrl,
    controlDatabaseUrl,
    ...districts.flatMap((district) =>
      district.whyNoDatabase === undefined ? databaseUrlsOf(district) : [],
    ),
  ];
  const parts = urls.flatMap((url) => {
    const { host, port, user, password, database } = parseAddress(url);
    return [`${host}:${port}`, host, password, database, `${user}@`];
  });
  const [temporalHost = ''] = temporal.address.split(':');
  // Longest first, so that none is cut by a shorter one within it.
  return [...new Set([...parts, temporal.address, temporalHost])]
    .filter((part) => part.length > 3)
    .sort((a, b) => b.length - a.length);
}
