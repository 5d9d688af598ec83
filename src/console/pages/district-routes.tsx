import { lazy } from 'react';
import type { PageRoute } from './page-route';
import { BatchPage } from './batch/batch-page';

const RunPage = lazy(() => import('./run/run-page').then(({ RunPage: page }) => ({ default: page })));
const HistoryPage = lazy(() => import('./history-page').then(({ HistoryPage: page }) => ({ default: page })));
const VerificationsPage = lazy(() =>
  import('./verifications-page').then(({ VerificationsPage: page }) => ({ default: page })),
);
const VerificationPage = lazy(() =>
  import('./verification-page').then(({ VerificationPage: page }) => ({ default: page })),
);
const AlertsPage = lazy(() => import('./alerts-page').then(({ AlertsPage: page }) => ({ default: page })));

/** Pages of a district, and what they lead to. */
export const districtRoutes: readonly PageRoute[] = [
  {
    path: '/d/:district/batch',
    page: ({ district = '' }) => <BatchPage key={district} district={district} />,
  },
  {
    path: '/d/:district/history',
    page: ({ district = '' }) => <HistoryPage key={district} district={district} />,
  },
  {
    path: '/d/:district/verifications',
    page: ({ district = '' }) => <VerificationsPage key={district} district={district} />,
  },
  { path: '/verifications/:id', page: ({ id = '' }) => <VerificationPage key={id} verificationId={id} /> },
  { path: '/alerts', page: () => <AlertsPage /> },
  { path: '/runs/:id/*?', page: ({ id = '' }) => <RunPage key={id} resyncId={id} /> },
];
