/**
 * The search attributes an operator filters by in Temporal Web: what is there, and adding what is
 * missing. Only adding needs the operator service, which Temporal Cloud and careful operators keep
 * from workers.
 */
import { type Connection, isGrpcServiceError } from '@temporalio/client';
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

/** gRPC's INVALID_ARGUMENT: what a query names is not there. */
const invalid = 3;

/**
 * Names of ours the namespace does not have: asked as whoever lists workflows asks, one by one.
 * @throws the SDK's error when the account may not even count workflows
 */
export async function missingSearchAttributes(connection: Connection, namespace: string): Promise<string[]> {
  const names = Object.keys(searchAttributes) as (keyof typeof searchAttributes)[];
  const missing = await Promise.all(
    names.map(async (name) => {
      const query = `${name} = ${searchAttributes[name] === 'INT' ? '0' : "'none'"}`;
      try {
        await connection.workflowService.countWorkflowExecutions({ namespace, query });
        return [];
      } catch (error) {
        if (isGrpcServiceError(error) && Number(error.code) === invalid) return [name];
        throw error;
      }
    }),
  );
  return missing.flat();
}

/**
 * Adds what is missing, by the operator service. @returns the names added
 * @throws the SDK's error when the account may not
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

/** What the `temporal` program is told to add one by hand. */
export function searchAttributeCommand(name: string, namespace: string): string {
  const type = spellings[searchAttributes[name as keyof typeof searchAttributes]];
  return `temporal operator search-attribute create --namespace ${namespace} --name ${name} --type ${type}`;
}
