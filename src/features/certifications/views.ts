import type { Principal } from '../../domain/principal';
import type { AnswerTo } from '../../http/route';
import type { CertificationDrift } from './drift-store';
import type * as schemas from './schemas';
import type { Verified } from './signing';
import type { Certification } from './store';

/** Who at the state asked is not a district's to know. */
export function certificationView(principal: Principal, item: Certification): Certification {
  return item.certifiedBy === 'state' && principal.level !== 'state'
    ? { ...item, requestedBy: 'the state' }
    : item;
}

export function driftView(principal: Principal, item: CertificationDrift): CertificationDrift {
  return item.initiator === 'state' && principal.level !== 'state'
    ? { ...item, requestedBy: 'the state' }
    : item;
}

export function manifestView(
  verified: Verified | null,
): Pick<AnswerTo<typeof schemas.certificationWithManifest>, 'verified' | 'problem' | 'kid' | 'manifest'> {
  if (verified === null) return { verified: null, problem: null, kid: null, manifest: null };
  if (!verified.valid)
    return { verified: false, problem: verified.problem, kid: verified.kid, manifest: null };
  const { manifest, kid } = verified;
  return { verified: true, problem: null, kid, manifest };
}
