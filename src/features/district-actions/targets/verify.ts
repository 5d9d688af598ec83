import { selectRows } from '../../../control/database';
import { PlanError, planResync, planScopeOf } from '../../../domain/plan';
import { endedVerification } from '../../../domain/verification';
import { type AskedDistrict, type FindTargets, targetOf, type TargetsOf } from './target';

/** Every district that sends any of the objects and isn't being compared already. */
export const findToVerify: FindTargets = async (of, asked) => {
  const underWay = await readUnderWay(of);
  return asked.map((one) => {
    const id = underWay.get(`${one.district.id}:${one.year.schoolYear}`);
    const whyNot = id === undefined ? whyNothing(of, one) : `The verification ${id} is under way.`;
    return targetOf(one, { whyNot });
  });
};

/** Verifications that the state has asked for, by district and year. */
async function readUnderWay({ control }: TargetsOf): Promise<Map<string, string>> {
  const rows = await selectRows<{ verificationID: string; districtID: string; schoolYear: number }>(
    control,
    `SELECT verificationID, districtID, schoolYear FROM verification
      WHERE status NOT IN (:ended) AND initiator = 'state' AND kind = 'verification'`,
    { ended: endedVerification },
  );
  return new Map(
    rows.map(({ verificationID, districtID, schoolYear }) => [`${districtID}:${schoolYear}`, verificationID]),
  );
}

function whyNothing({ catalog, words }: TargetsOf, { district, year }: AskedDistrict): string | null {
  const { objects = 'all', checkDependencies = true } = words;
  try {
    planResync(catalog, { objects, checkDependencies }, planScopeOf(district, year));
    return null;
  } catch (error) {
    if (error instanceof PlanError) return error.message;
    throw error;
  }
}
