import { lazy } from 'react';
import type { PageRoute } from '../page-route';

const RequestsPage = lazy(() =>
  import('./requests/requests-page').then(({ RequestsPage: page }) => ({ default: page })),
);
const NewRequestPage = lazy(() =>
  import('./requests/new-request-page').then(({ NewRequestPage: page }) => ({ default: page })),
);
const BoardPage = lazy(() =>
  import('./requests/board-page').then(({ BoardPage: page }) => ({ default: page })),
);
const CompliancePage = lazy(() =>
  import('./compliance/compliance-page').then(({ CompliancePage: page }) => ({ default: page })),
);
const AgentsPage = lazy(() =>
  import('./agents/agents-page').then(({ AgentsPage: page }) => ({ default: page })),
);
const ConflictsPage = lazy(() =>
  import('./conflicts/conflicts-page').then(({ ConflictsPage: page }) => ({ default: page })),
);
const RightsPage = lazy(() =>
  import('./access/rights-page').then(({ RightsPage: page }) => ({ default: page })),
);
const PersonPage = lazy(() =>
  import('./access/person-page').then(({ PersonPage: page }) => ({ default: page })),
);
const AuditPage = lazy(() => import('./audit/audit-page').then(({ AuditPage: page }) => ({ default: page })));
const CertificationsPage = lazy(() =>
  import('../certifications/certifications-page').then(({ CertificationsPage: page }) => ({ default: page })),
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
  { path: '/admin/audit', page: () => <AuditPage /> },
  { path: '/certifications', page: () => <CertificationsPage /> },
];
