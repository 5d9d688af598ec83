/**
 * The search attributes an operator filters by in Temporal Web: what is there, and adding what is
 * missing.
 */
import { Connection } from '@temporalio/client';
import { searchAttributes } from '../domain/search-attributes';

/** Temporal's numbers for IndexedValueType (temporal/api/enums/v1/common.proto). */
const numbers = { KEYWORD: 2, INT: 3 } as const;
/** The spelling of `temporal server start-dev --search-attribute Name=Type`. */
const spellings = { KEYWORD: 'Keyword', INT: 'Int' } as const;

/** Arguments of the dev server that register them at its start. */
export function searchAttributeArguments(): string[] {
  return Object.entries(searchAttributes).flatMap(([name, type]) => [
    '--search-attribute',
    `${name}=${spellings[type]}`,
  ]);
}

/**
 * Runs `work` with a short-lived connection. @throws the SDK's error when the server doesn't answer
 * in `withinMs`
 */
export async function withTemporal<T>(
  address: string,
  work: (connection: Connection) => Promise<T>,
  withinMs = 5_000,
): Promise<T> {
  const connection = await Connection.connect({ address, connectTimeout: withinMs });
  try {
    return await connection.withDeadline(Date.now() + withinMs, () => work(connection));
  } finally {
    await connection.close();
  }
}

/** Names of ours the namespace does not have. */
export async function missingSearchAttributes(connection: Connection, namespace: string): Promise<string[]> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  return Object.keys(searchAttributes).filter((name) => !(name in (customAttributes ?? {})));
}

/**
 * Adds what is missing (a server given by address, or data of an older version). @returns the names
 * added
 */
export async function addSearchAttributes(connection: Connection, namespace: string): Promise<string[]> {
  const missing = await missingSearchAttributes(connection, namespace);
  if (missing.length === 0) return [];
  const types = Object.fromEntries(
    missing.map((name) => [name, numbers[searchAttributes[name as keyof typeof searchAttributes]]]),
  );
  await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: types });
  return missing;
}
