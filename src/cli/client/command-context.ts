import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import { parseNames } from '../../domain/name-list';
import { ApiClient, findApi } from './api-client';
import { stackDir } from '../local/find-config';

/** Options of the program itself, before or after the verb. */
interface GlobalOptions {
  readonly api?: string;
  readonly json?: true;
}

/** The API client of a verb, by --api and the environment. */
export function clientOf(command: Command): ApiClient {
  const { api } = command.optsWithGlobals<GlobalOptions>();
  return new ApiClient(findApi({ api, dir: stackDir() }));
}

/** Was --json asked for? Then standard output holds one JSON value and nothing else. */
export function wantsJson(command: Command): boolean {
  return command.optsWithGlobals<GlobalOptions>().json === true;
}

/** Adds --api and --json, which every verb of the API has. */
export function withApiOptions(command: Command): Command {
  return command
    .option('--api <url>', 'address of the API (default: RESYNC_API_URL, the local stack, the configuration)')
    .option('--json', 'the answer as JSON on standard output');
}

/** Commander parser: comma-separated names; one that holds a comma stands in backticks. */
export function namesOf(text: string): string[] {
  const names = parseNames(text);
  if (names === null) throw new InvalidArgumentError('Give names separated by commas.');
  return names.map(({ name }) => name);
}

/** Commander parser: a whole number from 1. */
export function countOf(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Give a whole number from 1.');
  return Number(text);
}

/** Commander parser: the year in which a school year ends. */
export function yearOf(text: string): number {
  if (!/^\d{4}$/.test(text)) throw new InvalidArgumentError('Give the year in which it ends, e.g. 2027.');
  return Number(text);
}

/** --school-year, for every verb that is about one. */
export function schoolYearOption(absent = 'the district’s scoped year'): Option {
  return new Option(
    '--school-year <year>',
    `year in which the school year ends (default: ${absent})`,
  ).argParser(yearOf);
}

/** The school year as a query, or nothing. */
export function yearQuery(schoolYear: number | undefined): string {
  return schoolYear === undefined ? '' : `?schoolYear=${schoolYear}`;
}
