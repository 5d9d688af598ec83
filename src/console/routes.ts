import { districtRoutes } from './pages/district-routes';
import type { PageRoute } from './pages/page-route';
import { stateRoutes } from './pages/state/state-routes';

/** Every page but the first, loaded when it is opened. */
export const routes: readonly PageRoute[] = [...districtRoutes, ...stateRoutes];
