import { Redirect } from 'wouter';
import { useSignedIn } from '../api/session';
import { later } from '../parts/later';

const DistrictsPage = later(() =>
  import('./state/districts/districts-page').then(({ DistrictsPage: page }) => page),
);

/** `/`: the batch page of one's district, or the districts to choose from. */
export function HomePage() {
  const { districts } = useSignedIn();
  const [only] = districts;
  if (only && districts.length === 1) return <Redirect to={`/d/${only.id}/batch`} replace />;
  return <DistrictsPage />;
}
