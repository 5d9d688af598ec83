import type { PageRoute } from '../page-route';
import { later } from '../../parts/later';

const RequestsPage = later(() => import('./requests/requests-page').then(({ RequestsPage: page }) => page));
const NewRequestPage = later(() =>
  import('./requests/new-request-page').then(({ NewRequestPage: page }) => page),
);
const BoardPage = later(() => import('./requests/board-page').then(({ BoardPage: page }) => page));
const CompliancePage = later(() =>
  import('./compliance/compliance-page').then(({ CompliancePage: page }) => page),
);
const AgentsPage = later(() => import('./agents/agents-page').then(({ AgentsPage: page }) => page));
const ConflictsPage = later(() =>
  import('./conflicts/conflicts-page').then(({ ConflictsPage: page }) => page),
);
const RightsPage = later(() => import('./access/rights-page').then(({ RightsPage: page }) => page));
const PersonPage = later(() => import('./access/person-page').then(({ PersonPage: page }) => page));
const RegistrationsPage = later(() =>
  import('./registrations/registrations-page').then(({ RegistrationsPage: page }) => page),
);
const AuditPage = later(() => import('./audit/audit-page').then(({ AuditPage: page }) => page));
const CertificationsPage = later(() =>
  import('../certifications/certifications-page').then(({ CertificationsPage: page }) => page),
);

/** Pages of the state. */
export const stateRoutes: readonly PageRoute[] = [
  { path: '/requests', page: () => <RequestsPage /> },
  { path: '/requests/new', page: () => <NewRequestPage /> },
  { path: '/requests/:id', page: ({ id = '' }) => <BoardPage key={id} requestId={id} /> },
  { path: '/compliance', page: () => <CompliancePage /> },
  { path: '/agents', page: () => <AgentsPage /> },
  {
    path: '/d/:district/conflicts',
    page: ({ district = '' }) => <ConflictsPage key={district} district={district} />,
  },
  { path: '/admin/rights', page: () => <RightsPage /> },
  { path: '/admin/principals/:id', page: ({ id = '' }) => <PersonPage key={id} principalId={id} /> },
  { path: '/admin/districts', page: () => <RegistrationsPage /> },
  { path: '/admin/audit', page: () => <AuditPage /> },
  { path: '/certifications', page: () => <CertificationsPage /> },
];
