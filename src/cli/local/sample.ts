import { Argument, Command, InvalidArgumentError } from 'commander';
import type { DistrictConfig } from '../../config';
import { migrate } from '../../migrate';
import { loadGrandBend } from '../../sample';
import { generateDistrict } from '../../sample/generate';
import {
  generatedDistrictNumber,
  grandBendNumber,
  OtherDistrictError,
  refuseOtherDistrict,
} from '../../sample/other-district';
import { CommandFailure, exitCodes } from '../client/exit-codes';
import { findConfig } from './find-config';
import { progress, reportingStackErrors } from './stack-verb';

interface SampleOptions {
  readonly district?: string;
  readonly replace?: true;
  readonly json?: true;
}

/**
 * `resync sample load | generate`: fills a district database of the configuration with records to
 * try things on.
 */
export function sampleCommand(): Command {
  return new Command('sample')
    .description('fill a district with sample records')
    .addCommand(loadCommand())
    .addCommand(generateCommand());
}

function loadCommand(): Command {
  return shared(new Command('load'))
    .description('load the Ed-Fi sample: Grand Bend ISD, 960 students, school year 2021-22')
    .addArgument(new Argument('<sample>', 'the sample').choices(['grand-bend']))
    .action((_sample: string, options: SampleOptions) =>
      filling(options, grandBendNumber, ({ databaseUrl }) =>
        loadGrandBend({ districtUrl: databaseUrl, replace: true, onProgress }),
      ),
    );
}

function generateCommand(): Command {
  return shared(new Command('generate'))
    .description(
      'generate a district of any size, always the same for the same students, seed and school year',
    )
    .requiredOption('--students <n>', 'how many students', wholeNumber)
    .option('--seed <n>', 'another seed, other records', wholeNumber, 1)
    .option('--defects', 'plant records that the state must not, cannot or will not take')
    .action((options: SampleOptions & { students: number; seed: number; defects?: true }) =>
      filling(options, generatedDistrictNumber, ({ databaseUrl, schoolYear }) =>
        generateDistrict({
          districtUrl: databaseUrl,
          students: options.students,
          seed: options.seed,
          defects: options.defects === true,
          schoolYear,
          onProgress,
        }),
      ),
    );
}

function shared(command: Command): Command {
  return command
    .option('--district <id>', 'district of the configuration (default: its first)')
    .option('--replace', 'delete the records of another district that are in the database')
    .option('--json', 'counts as JSON on standard output');
}

/**
 * Migrates and fills the database; the records of a district with another number go only when
 * `--replace` says so.
 */
async function filling(
  { district: id, replace, json }: SampleOptions,
  number: number,
  fill: (district: DistrictConfig) => Promise<{ readonly records: number }>,
): Promise<void> {
  await reportingStackErrors(async () => {
    const district = findDistrict(id);
    await migrate(district.databaseUrl, 'district');
    if (!replace) await refusing(() => refuseOtherDistrict(district.databaseUrl, number));
    const filled = await fill(district);
    if (json) process.stdout.write(`${JSON.stringify(filled, null, 2)}\n`);
    else process.stdout.write(`${filled.records.toLocaleString('en-US')} records in ${district.id}.\n`);
  });
}

async function refusing(check: () => Promise<void>): Promise<void> {
  try {
    await check();
  } catch (error) {
    if (!(error instanceof OtherDistrictError)) throw error;
    throw new CommandFailure(`${error.message} Say --replace if they should.`, exitCodes.refused);
  }
}

function findDistrict(id: string | undefined): DistrictConfig {
  const { districts } = findConfig();
  const found = id === undefined ? districts[0] : districts.find((district) => district.id === id);
  if (!found) throw new CommandFailure(`The configuration has no district "${id}".`, exitCodes.usage);
  return found;
}

function onProgress({ object, records }: { readonly object: string; readonly records: number }): void {
  progress(`${object.padEnd(32)} ${records.toLocaleString('en-US').padStart(12)}`);
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError('Give a whole number above 0.');
  return value;
}
