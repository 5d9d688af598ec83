import type { PageRoute } from './page-route';
import { BatchPage } from './batch/batch-page';
import { later } from '../parts/later';

const RunPage = later(() => import('./run/run-page').then(({ RunPage: page }) => page));
const HistoryPage = later(() => import('./history/history-page').then(({ HistoryPage: page }) => page));
const VerificationsPage = later(() =>
  import('./verifications-page').then(({ VerificationsPage: page }) => page),
);
const VerificationPage = later(() =>
  import('./verification-page').then(({ VerificationPage: page }) => page),
);
const AlertsPage = later(() => import('./alerts/alerts-page').then(({ AlertsPage: page }) => page));

const ApprovalsPage = later(() =>
  import('./removals/approvals-page').then(({ ApprovalsPage: page }) => page),
);
const ErrorLogPage = later(() => import('./errors/error-log-page').then(({ ErrorLogPage: page }) => page));
const RecordPage = later(() => import('./records/record-page').then(({ RecordPage: page }) => page));

const SelectivePage = later(() =>
  import('./selective/selective-page').then(({ SelectivePage: page }) => page),
);
const SchedulesPage = later(() =>
  import('./schedules/schedules-page').then(({ SchedulesPage: page }) => page),
);
const FieldsPage = later(() => import('./fields/fields-page').then(({ FieldsPage: page }) => page));
const ObjectPage = later(() => import('./objects/object-page').then(({ ObjectPage: page }) => page));
const YearPage = later(() => import('./year/year-page').then(({ YearPage: page }) => page));
const CertificationPage = later(() =>
  import('./certifications/certification-page').then(({ CertificationPage: page }) => page),
);
const AgentLogPage = later(() => import('./agent/agent-log-page').then(({ AgentLogPage: page }) => page));
const MePage = later(() => import('./me/me-page').then(({ MePage: page }) => page));
const AboutPage = later(() => import('./about/about-page').then(({ AboutPage: page }) => page));

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
  {
    path: '/d/:district/agent',
    page: ({ district = '' }) => <AgentLogPage key={district} district={district} />,
  },
  { path: '/me', page: () => <MePage /> },
  { path: '/about', page: () => <AboutPage /> },
  { path: '/approvals', page: () => <ApprovalsPage /> },
  { path: '/verifications/:id', page: ({ id = '' }) => <VerificationPage key={id} verificationId={id} /> },
  { path: '/alerts', page: () => <AlertsPage /> },
  { path: '/runs/:id/*?', page: ({ id = '' }) => <RunPage key={id} resyncId={id} /> },
];
