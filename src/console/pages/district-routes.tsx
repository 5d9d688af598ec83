import { lazy } from 'react';
import type { PageRoute } from './page-route';
import { BatchPage } from './batch/batch-page';

const RunPage = lazy(() => import('./run/run-page').then(({ RunPage: page }) => ({ default: page })));
const HistoryPage = lazy(() =>
  import('./history/history-page').then(({ HistoryPage: page }) => ({ default: page })),
);
const VerificationsPage = lazy(() =>
  import('./verifications-page').then(({ VerificationsPage: page }) => ({ default: page })),
);
const VerificationPage = lazy(() =>
  import('./verification-page').then(({ VerificationPage: page }) => ({ default: page })),
);
const AlertsPage = lazy(() =>
  import('./alerts/alerts-page').then(({ AlertsPage: page }) => ({ default: page })),
);

const ApprovalsPage = lazy(() =>
  import('./removals/approvals-page').then(({ ApprovalsPage: page }) => ({ default: page })),
);
const ErrorLogPage = lazy(() =>
  import('./errors/error-log-page').then(({ ErrorLogPage: page }) => ({ default: page })),
);
const RecordPage = lazy(() =>
  import('./records/record-page').then(({ RecordPage: page }) => ({ default: page })),
);

const SelectivePage = lazy(() =>
  import('./selective/selective-page').then(({ SelectivePage: page }) => ({ default: page })),
);
const SchedulesPage = lazy(() =>
  import('./schedules/schedules-page').then(({ SchedulesPage: page }) => ({ default: page })),
);
const FieldsPage = lazy(() =>
  import('./fields/fields-page').then(({ FieldsPage: page }) => ({ default: page })),
);
const ObjectPage = lazy(() =>
  import('./objects/object-page').then(({ ObjectPage: page }) => ({ default: page })),
);
const YearPage = lazy(() => import('./year/year-page').then(({ YearPage: page }) => ({ default: page })));
const CertificationPage = lazy(() =>
  import('./certifications/certification-page').then(({ CertificationPage: page }) => ({ default: page })),
);
const MePage = lazy(() => import('./me/me-page').then(({ MePage: page }) => ({ default: page })));
const AboutPage = lazy(() => import('./about/about-page').then(({ AboutPage: page }) => ({ default: page })));

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
  {
    path: '/d/:district/errors',
    page: ({ district = '' }) => <ErrorLogPage key={district} district={district} />,
  },
  {
    path: '/d/:district/records/:object/:key',
    page: ({ district = '', object = '', key = '' }) => (
      <RecordPage key={`${district} ${object} ${key}`} district={district} object={object} recordKey={key} />
    ),
  },
  {
    path: '/d/:district/selective',
    page: ({ district = '' }) => <SelectivePage key={district} district={district} />,
  },
  {
    path: '/d/:district/schedules',
    page: ({ district = '' }) => <SchedulesPage key={district} district={district} />,
  },
  {
    path: '/d/:district/fields',
    page: ({ district = '' }) => <FieldsPage key={district} district={district} />,
  },
  {
    path: '/d/:district/objects/:object',
    page: ({ district = '', object = '' }) => (
      <ObjectPage key={`${district} ${object}`} district={district} object={object} />
    ),
  },
  {
    path: '/d/:district/year',
    page: ({ district = '' }) => <YearPage key={district} district={district} />,
  },
  {
    path: '/certifications/:id',
    page: ({ id = '' }) => <CertificationPage key={id} certificationId={id} />,
  },
  { path: '/me', page: () => <MePage /> },
  { path: '/about', page: () => <AboutPage /> },
  { path: '/approvals', page: () => <ApprovalsPage /> },
  { path: '/verifications/:id', page: ({ id = '' }) => <VerificationPage key={id} verificationId={id} /> },
  { path: '/alerts', page: () => <AlertsPage /> },
  { path: '/runs/:id/*?', page: ({ id = '' }) => <RunPage key={id} resyncId={id} /> },
];
