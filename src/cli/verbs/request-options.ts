/** What is typed of a request of the state: whom it asks for what, why and how. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { scenarios } from '../../domain/resync';
import { countOf, namesOf } from '../client/command-context';
import { CommandFailure, exitCodes } from '../client/exit-codes';
import { objectsOf } from './send';

/** Whom to ask for what, as it is typed. */
export interface WhatOptions {
  readonly districts?: string[];
  readonly allDistricts?: true;
  readonly all?: true;
  readonly objects?: string[];
  readonly checkDependencies: boolean;
  readonly schoolYear?: string;
  readonly wave?: string[][];
  readonly wavesOf?: number;
  readonly pauseMinutes?: number;
  readonly stopAbovePercent?: number;
  readonly recordsPerSecond?: number;
}

/** The options that say whom to ask for what. */
export function withWhat(command: Command): Command {
  return command
    .option('--districts <ids>', 'districts, separated by commas', namesOf)
    .option('--all-districts', 'every district')
    .option('--all', 'every object each district sends')
    .option('--objects <names>', 'objects, separated by commas', namesOf)
    .option('--no-check-dependencies', 'leave out the objects they depend on')
    .option('--waves-of <count>', 'one wave of so many districts after the other', countOf)
    .option(
      '--wave <ids>',
      'a wave of these districts; may be repeated, and goes before --waves-of',
      (ids: string, before: string[][] = []) => [...before, namesOf(ids)],
    )
    .option('--pause-minutes <count>', 'between the end of a wave and the next', countOf)
    .option(
      '--stop-above-percent <share>',
      'ask no further district once more of a wave failed or ended red (default: 10)',
      percentOf,
    )
    .option('--records-per-second <count>', 'write no more than this, all districts together', countOf);
}

/** A share, which may be 0. */
function percentOf(text: string): number {
  const share = Number(text);
  if (!/^\d+$/.test(text) || share > 100) throw new InvalidArgumentError('Give a share from 0 to 100.');
  return share;
}

/** The options that say why and how. */
export function withReason(command: Command): Command {
  return command
    .requiredOption('--reason <text>', 'why, for the state’s own users')
    .addOption(new Option('--scenario <why>', 'why it is made').choices(scenarios).default('STATE_REQUEST'))
    .addOption(
      new Option('--mode <mode>', 'write what differs, or everything')
        .choices(['compare', 'everything'])
        .default('compare'),
    );
}

/** What the API takes of whom to ask for what. */
export function whatOf(options: WhatOptions): object {
  const { districts, allDistricts, checkDependencies, schoolYear } = options;
  if ((districts === undefined) === (allDistricts === undefined))
    throw new CommandFailure('Give --districts A,B or --all-districts.', exitCodes.usage);
  return {
    districts: districts ?? 'all',
    objects: objectsOf(options),
    checkDependencies,
    ...(schoolYear === undefined ? {} : { schoolYear: Number(schoolYear) }),
    ...wavesOf(options),
    ...(options.recordsPerSecond === undefined ? {} : { recordsPerSecond: options.recordsPerSecond }),
  };
}

function wavesOf({ wave: groups, wavesOf: size, pauseMinutes, stopAbovePercent }: WhatOptions): object {
  const inWaves = groups !== undefined || size !== undefined;
  if (!inWaves && (pauseMinutes !== undefined || stopAbovePercent !== undefined))
    throw new CommandFailure('Say which waves: --waves-of or --wave.', exitCodes.usage);
  return inWaves ? { waves: { groups, size, pauseMinutes, stopAbovePercent } } : {};
}

/** Of a request in the API. */
export const pathOf = (id: string): string => `/state-requests/${encodeURIComponent(id)}`;
