/** What has to be there before the service starts, made where it is missing. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isGrpcServiceError } from '@temporalio/client';
import type { Config } from '../config';
import { withTemporal } from '../temporal/connect';
import {
  addSearchAttributes,
  missingSearchAttributes,
  searchAttributeCommand,
} from '../temporal/search-attributes';
import { StackError } from './stack-error';

/** A server's front ends may take some seconds to hear of an attribute that was added. */
const knownWithinMs = 60_000;

/**
 * Adds the search attributes that the namespace lacks, and waits until they can be used.
 * @returns the names added
 * @throws NoTemporalError; StackError with what an operator types when the account may not add them
 */
export function setUpTemporal(temporal: Config['temporal']): Promise<string[]> {
  const { namespace } = temporal;
  return withTemporal(
    temporal,
    async (connection) => {
      const missing = await missingSearchAttributes(connection, namespace);
      try {
        await addSearchAttributes(connection, namespace);
      } catch (error) {
        if (!isGrpcServiceError(error)) throw error;
        const commands = missing.map((name) => searchAttributeCommand(name, namespace));
        throw new StackError(
          `Temporal does not let this account add search attributes. Have an operator type:\n${commands.join('\n')}`,
        );
      }
      while ((await missingSearchAttributes(connection, namespace)).length > 0) await sleep(200);
      return missing;
    },
    knownWithinMs,
  );
}
