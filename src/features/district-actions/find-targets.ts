import type { DistrictAction } from '../../domain/district-action';
import { findToAccept } from './targets/accept';
import { findToCancel } from './targets/cancel';
import { findToCertify } from './targets/certify';
import { findToRemind } from './targets/remind';
import { findToRetry } from './targets/retry';
import type { FindTargets } from './targets/target';
import { findToVerify } from './targets/verify';

/** How each action finds what it would do. */
export const findTargets: Readonly<Record<DistrictAction, FindTargets>> = {
  verify: findToVerify,
  certify: findToCertify,
  accept: findToAccept,
  remind: findToRemind,
  retry: findToRetry,
  cancel: findToCancel,
};
