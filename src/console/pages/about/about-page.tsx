import { useQuery } from '@tanstack/react-query';
import type { About } from '../../api/answers';
import { call } from '../../api/call';
import { useSignedIn } from '../../api/session';
import { Answer } from '../../parts/answer';
import { number } from '../../parts/format';
import { useTitle } from '../../parts/states';
import { Time } from '../../parts/zone';
import { Doctor } from './doctor';

interface Seen extends About {
  /** How far the clock of this browser is ahead, in seconds. */
  readonly ahead: number;
}

/** A clock that is off by less is not worth a word. */
const worthSaying = 30;

/** `/about`: what runs here. */
export function AboutPage() {
  useTitle('About');
  const { session } = useSignedIn();
  const about = useQuery({
    queryKey: ['about'],
    queryFn: async (): Promise<Seen> => {
      const found = await call('/about');
      return { ...found, ahead: Math.round((Date.now() - Date.parse(found.serverTime)) / 1000) };
    },
  });
  return (
    <main className="page" id="content">
      <h1>About</h1>
      <Answer query={about} what="what runs here">
        {({ version, catalog, temporalWeb, serverTime, ahead }) => (
          <>
            <dl className="facts">
              <dt>State Data Resync</dt>
              <dd>{version}</dd>
              <dt>Catalog</dt>
              <dd>
                {catalog.name}, {number(catalog.objects)} objects
              </dd>
              <dt>Server’s time</dt>
              <dd>
                <Time at={serverTime} />
                {Math.abs(ahead) >= worthSaying &&
                  `: the clock of this browser is ${number(Math.abs(ahead))} seconds ${ahead > 0 ? 'ahead' : 'behind'}`}
              </dd>
              {temporalWeb !== null && (
                <>
                  <dt>Temporal</dt>
                  <dd>
                    <a href={temporalWeb}>its own pages of runs</a>
                  </dd>
                </>
              )}
              <dt>API</dt>
              <dd>
                <a href="/api/docs">its document</a>: everything that these pages show and do
              </dd>
            </dl>
          </>
        )}
      </Answer>
      {session.level === 'state' && session.rights.includes('administration') && <Doctor />}
    </main>
  );
}
