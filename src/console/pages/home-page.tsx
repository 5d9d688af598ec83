import { Redirect } from 'wouter';
import { useSignedIn } from '../api/session';
import { later } from '../parts/later';

const DistrictsPage = later(() =>
  import('./state/districts/districts-page').then(({ DistrictsPage: page }) => page),
);

/** `/`: the batch page of one's only district; several, and the state's, are a list. */
export function HomePage() {
  const { session, districts } = useSignedIn();
  const [only] = districts;
  if (only && districts.length === 1 && session.level === 'district')
    return <Redirect to={`/d/${only.id}/batch`} replace />;
  return <DistrictsPage />;
}
