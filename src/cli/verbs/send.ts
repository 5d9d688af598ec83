import { Command, Option } from 'commander';
import { type Scenario, scenarios } from '../../domain/resync';
import type { Plan, Resync, ResyncRequest } from '../client/answers';
import type { ApiClient } from '../client/api-client';
import { clientOf, namesOf, schoolYearOption, wantsJson, withApiOptions } from '../client/command-context';
import { CommandFailure, exitCodeOf, exitCodes, type FailOn, failOns } from '../client/exit-codes';
import { headline, outcomeTable, remarkLines, verificationLines } from '../client/outcome-table';
import { confirm, yesOption } from '../client/confirm';
import { dryRunResync } from '../client/dry-run';
import { sendResync, watchResync } from '../client/watch-run';
import { createWatchView } from '../client/watch-view';
import { number, print, printJson, tell } from '../client/terminal';

interface SendOptions {
  readonly all?: true;
  readonly objects?: string[];
  readonly checkDependencies: boolean;
  readonly mode: 'compare' | 'everything';
  readonly scenario: Scenario;
  readonly removals: 'report' | 'apply';
  readonly acceptShrunk?: true;
  readonly acceptUpdates?: true;
  readonly verify?: 'beforeAndAfter';
  readonly dryRun?: true;
  readonly schoolYear?: number;
  readonly district?: string;
  readonly wait: boolean;
  readonly yes?: true;
  readonly failOn: FailOn;
  readonly idempotencyKey?: string;
}

/** --fail-on, for every verb that ends with a resync's color. */
export function failOnOption(): Option {
  return new Option('--fail-on <color>', 'from which color on to exit with 3 (yellow) or 4 (red)')
    .choices(failOns)
    .default('yellow');
}

/** `resync send`: starts a resync and, unless --no-wait, follows it to its end. */
export function sendCommand(name = 'send'): Command {
  return withApiOptions(new Command(name))
    .description('start a resync and follow it to its end')
    .option('--all', 'every object the district sends')
    .option('--objects <names>', 'objects, separated by commas', namesOf)
    .option('--no-check-dependencies', 'leave out the objects they depend on')
    .addOption(
      new Option('--mode <mode>', 'write what differs, or everything')
        .choices(['compare', 'everything'])
        .default('compare'),
    )
    .addOption(
      new Option('--removals <what>', 'records that are only at the state: report them, or remove them there')
        .choices(['report', 'apply'])
        .default('report'),
    )
    .option('--accept-shrunk', 'the district has lost most records of an object, and that is right')
    .option('--accept-updates', 'most records of an object are to be updated, and that is right')
    .addOption(
      new Option('--verify <how>', 'compare, send only what drifted, compare again').choices([
        'beforeAndAfter',
      ]),
    )
    .option('--dry-run', 'predict the outcome without sending anything')
    .addOption(new Option('--scenario <why>', 'why it is made').choices(scenarios).default('OTHER'))
    .addOption(schoolYearOption())
    .option('--district <id>', 'the district (default: the only one)')
    .option('--no-wait', 'return as soon as it is accepted')
    .option(...yesOption)
    .option('--idempotency-key <key>', 'the same key gives the first resync back')
    .addOption(failOnOption())
    .action(async (options: SendOptions, command: Command) => {
      const client = clientOf(command);
      const request = requestOf(options);
      const district = await client.district(options.district);
      if (options.dryRun) {
        const { failOn, idempotencyKey } = options;
        return dryRunResync(client, { district, request, idempotencyKey, command, failOn });
      }
      let planHash: string | undefined;
      const question = async () => {
        const plan = await planOf(client, district, request);
        planHash = plan.planHash;
        return questionOf(plan, district, request);
      };
      await confirm(question, { yes: options.yes === true, command });
      const accepted = await sendResync(client, {
        district,
        // What was shown is what is sent.
        request: planHash === undefined ? request : { ...request, planHash },
        idempotencyKey: options.idempotencyKey,
      });
      if (accepted.advice) tell(accepted.advice.text);
      for (const { object, note } of accepted.notes ?? []) tell(`Note: ${object}: ${note}`);
      if (!options.wait) {
        if (wantsJson(command)) printJson(accepted);
        else print(accepted.resyncId);
        return;
      }
      if (accepted.position !== null && accepted.position > 0) {
        tell(`Resync ${accepted.resyncId} waits at place ${accepted.position} of the district’s queue.`);
      }
      await followToEnd(client, accepted.resyncId, { command, failOn: options.failOn });
    });
}

/** Watches a resync, prints its outcome and sets the exit code of its color. */
export async function followToEnd(
  client: ApiClient,
  resyncId: string,
  { command, failOn, quiet = false }: { command: Command; failOn: FailOn; quiet?: boolean },
): Promise<void> {
  const end = await watchResync(client, resyncId, createWatchView({ quiet }));
  printEnd(end, command);
  process.exitCode = exitCodeOf(end, failOn);
}

function planOf(client: ApiClient, district: string, request: ResyncRequest): Promise<Plan> {
  const { objects, checkDependencies, schoolYear, mode, scenario } = request;
  return client.post<Plan>(`/districts/${encodeURIComponent(district)}/plan`, {
    ...{ objects, checkDependencies, mode, scenario },
    ...(schoolYear === undefined ? {} : { schoolYear }),
  });
}

/** What a person is asked before a district's objects are sent. */
function questionOf(plan: Plan, district: string, request: ResyncRequest): string {
  const { schoolYear, mode, removals } = request;
  const sent = plan.objects.length === 1 ? '1 object' : `${number(plan.objects.length)} objects`;
  const records = mode === 'everything' ? ', every record of them,' : '';
  const removed = removals === 'apply' ? ', and remove there what the district no longer has' : '';
  const year = schoolYear === undefined ? '' : `, school year ${schoolYear}`;
  const left = plan.omitted.length === 0 ? '' : ` (${number(plan.omitted.length)} left out)`;
  for (const line of forecastOf(plan)) tell(line);
  return `Send ${sent}${left}${records} of ${district}${year}, to the state${removed}`;
}

/** How much, how long and when, as far as it is known. */
export function forecastOf({ records, time, queue, heldUntil, verification }: Plan): string[] {
  const unknown = records.unknown.length === 0 ? '' : `, and ${records.unknown.length} object(s) never sent`;
  return [
    ...(time === null ? [] : [`About ${number(records.expected)} records${unknown}. ${time.text}`]),
    ...(queue !== null && queue.ahead > 0 ? [`It waits for ${queue.ahead} other run(s).`] : []),
    ...(heldUntil === null ? [] : [`A blackout window holds it until ${heldUntil}.`]),
    ...(verification === null
      ? []
      : [
          `The verification ${verification.verificationId} of ${verification.finishedAt} proposes ${verification.proposes.join(', ') || 'nothing'}.`,
        ]),
  ];
}

/** The outcome of a resync on standard output. */
export function printEnd(resync: Resync, command: Command): void {
  if (wantsJson(command)) return printJson(resync);
  if (resync.objectResults && resync.totals) print(outcomeTable(resync.objectResults, resync.totals));
  for (const line of remarkLines(resync.objectResults ?? [])) print(line);
  const verified = verificationLines(resync);
  if (verified !== '') print(verified);
  print(headline(resync));
  if (resync.catalogHash !== null) print(`Catalog ${resync.catalogHash}`);
  if (resync.otherCatalog !== null) print(resync.otherCatalog.text);
}

/** @throws CommandFailure usage when neither or both of --all and --objects are given */
export function objectsOf({ all, objects }: { all?: true; objects?: string[] }): 'all' | string[] {
  if (all && objects) throw new CommandFailure('Give --all or --objects, not both.', exitCodes.usage);
  if (all) return 'all';
  if (objects) return objects;
  throw new CommandFailure('Say what to send: --all, or --objects A,B.', exitCodes.usage);
}

function requestOf(options: SendOptions): ResyncRequest {
  const { checkDependencies, mode, scenario, removals, verify, schoolYear } = options;
  const { acceptShrunk, acceptUpdates } = options;
  return {
    objects: objectsOf(options),
    checkDependencies,
    mode,
    scenario,
    removals,
    ...(acceptShrunk && { acceptShrunk }),
    ...(acceptUpdates && { acceptUpdates }),
    ...(verify === undefined ? {} : { verify }),
    ...(schoolYear === undefined ? {} : { schoolYear }),
  };
}
