import type { PageRoute } from '../page-route';

/** Pages of the state. */
export const stateRoutes: readonly PageRoute[] = [];
