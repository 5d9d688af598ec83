import { selectRows } from '../../../control/database';
import { openCertificationStatuses } from '../../../domain/certification';
import { type FindTargets, targetOf } from './target';

/** Every district that isn't being certified already. */
export const findToCertify: FindTargets = async ({ control }, asked) => {
  const rows = await selectRows<{ certificationID: string; districtID: string; schoolYear: number }>(
    control,
    'SELECT certificationID, districtID, schoolYear FROM certification WHERE status IN (:open)',
    { open: openCertificationStatuses },
  );
  const underWay = new Map(
    rows.map(({ certificationID, districtID, schoolYear }) => [
      `${districtID}:${schoolYear}`,
      certificationID,
    ]),
  );
  return asked.map((one) => {
    const id = underWay.get(`${one.district.id}:${one.year.schoolYear}`);
    return targetOf(one, { whyNot: id === undefined ? null : `The certification ${id} is under way.` });
  });
};
