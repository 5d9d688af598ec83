import { ActivityCancellationType, type ActivityOptions } from '@temporalio/workflow';

/**
 * Failure types that no repetition can mend; the activities give every failure one of the types in
 * activities/failures.ts.
 */
export const nonRetryableTypes = [
  'ConfigurationError',
  'FencedError',
  'OutcomeInvariantError',
  'PlanError',
  'ConflictError',
  'NotFoundError',
  'UnexpectedError',
];

/**
 * A database may be away for hours; the run waits for it and goes on. Longer than that, a person
 * has to look.
 */
const outageBudget = '24 hours';

/** How long the verification of a cycle that did not get to its end may wait for a database. */
export const unfinishedCycleBudget = '10 minutes';

/**
 * Moving records: a range may take long, its heartbeat may not. Cancellation waits for the page
 * under way to commit or roll back, so that what is committed is counted.
 */
export const rangeOptions: ActivityOptions = {
  startToCloseTimeout: '4 hours',
  scheduleToCloseTimeout: outageBudget,
  heartbeatTimeout: '20 seconds',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: {
    initialInterval: '1 second',
    backoffCoefficient: 2,
    maximumInterval: '10 seconds',
    nonRetryableErrorTypes: nonRetryableTypes,
  },
};

/**
 * Waiting for a region's run: it may have to wait for its turn and for blackouts there. What comes
 * of a cancellation is waited for, so that the region's run is cancelled, too.
 */
export const regionOptions: ActivityOptions = {
  ...rangeOptions,
  startToCloseTimeout: '7 days',
  scheduleToCloseTimeout: '7 days',
  retry: { ...rangeOptions.retry, maximumInterval: '30 seconds' },
};

/**
 * Delivering a notice: attempts after 1, 5, 21, 85 seconds, 6 minutes, … then every six hours, for
 * three days. Which endpoint it was stands in the delivery's row, not here.
 */
export const noticeOptions: ActivityOptions = {
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '3 days',
  retry: { initialInterval: '1 second', backoffCoefficient: 4, maximumInterval: '6 hours' },
};

/** Bookkeeping in the control database: short statements. */
export const recordOptions: ActivityOptions = {
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: outageBudget,
  retry: {
    initialInterval: '500 milliseconds',
    backoffCoefficient: 2,
    maximumInterval: '10 seconds',
    nonRetryableErrorTypes: nonRetryableTypes,
  },
};

/**
 * Handing a state's request out: some seconds of hand-overs at a time, each of which may be
 * repeated.
 */
export const requestOptions: ActivityOptions = {
  ...recordOptions,
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: '20 seconds',
};
