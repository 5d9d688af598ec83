import type { OfferedYear } from './school-year';
import type { Scenario } from './resync';

/**
 * What a scenario asks of a resync (specification: Resync Scenarios; both turns of the year "should
 * be a full resync").
 */
export interface ScenarioProblem {
  readonly field: 'objects' | 'scenario';
  readonly why: string;
}

/**
 * Why a resync can't be made for this scenario, or `null`.
 * - END_OF_YEAR and START_OF_YEAR send all objects.
 * - START_OF_YEAR is of the scoped year: of the next one only after the switch.
 * - END_OF_YEAR is of the year that ends or has ended: not of the next one.
 */
export function scenarioProblem(
  scenario: Scenario,
  objects: 'all' | readonly string[],
  { kind, schoolYear, currentYear }: Pick<OfferedYear, 'kind' | 'schoolYear' | 'currentYear'>,
): ScenarioProblem | null {
  if (scenario !== 'END_OF_YEAR' && scenario !== 'START_OF_YEAR') return null;
  if (objects !== 'all') {
    return { field: 'objects', why: `A resync for ${scenario} is a full one: send "all" objects.` };
  }
  if (scenario === 'START_OF_YEAR' && kind !== 'current') {
    const why =
      kind === 'next'
        ? `The start-of-year resync of ${schoolYear} comes after the scoped year, now ${currentYear}, is switched to it.`
        : `The start-of-year resync is of the scoped year, ${currentYear}.`;
    return { field: 'scenario', why };
  }
  if (scenario === 'END_OF_YEAR' && kind === 'next') {
    return { field: 'scenario', why: `${schoolYear} has not begun; the year that ends is ${currentYear}.` };
  }
  return null;
}

/** A comparison of district and state, as far as advice looks at it. */
export interface VerificationVerdict {
  readonly verificationId: string;
  readonly finishedAt: string;
  readonly resyncNecessary: boolean;
}

export interface Advice {
  readonly verification: VerificationVerdict | null;
  readonly text: string;
}

/**
 * What to think of before a resync of scenario OTHER (specification: "Comparing verification report
 * results will indicate whether or not a resync is necessary"). It advises, and never blocks.
 * `null` for the other scenarios.
 */
export function adviseResync(scenario: Scenario, newest: VerificationVerdict | null): Advice | null {
  if (scenario !== 'OTHER') return null;
  if (newest === null) {
    const text =
      'No verification has been made; compare first: a verification tells whether a resync is called for, and of which objects.';
    return { verification: null, text };
  }
  const { verificationId, finishedAt, resyncNecessary } = newest;
  const found = resyncNecessary
    ? 'a resync is called for'
    : 'the state has all that it may have, so no resync is called for';
  return {
    verification: newest,
    text: `The newest verification, ${verificationId} of ${finishedAt}: ${found}.`,
  };
}
