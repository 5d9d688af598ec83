import type { Knex } from 'knex';
import { createEdition, dropEdition } from '../schema/edition';

/** The state edition: one table an object. */
export function up(knex: Knex): Promise<void> {
  return createEdition(knex, 'state');
}

/** Drops every table of the edition, children first. */
export function down(knex: Knex): Promise<void> {
  return dropEdition(knex);
}

/** MySQL commits at every DDL statement; a transaction around it would only pretend. */
export const config = { transaction: false };
