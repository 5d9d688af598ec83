import type { Board } from '../../../api/answers';
import { number } from '../../../parts/format';
import { Time } from '../../../parts/zone';

/** How each wave stands; nothing where all are asked together. */
export function BoardWaves({ board: { districts, nextWaveAt, stopped, status } }: { board: Board }) {
  const numbers = [...new Set(districts.flatMap(({ wave }) => wave ?? []))].sort((a, b) => a - b);
  if (numbers.length === 0) return null;
  const running = status === 'accepted' || status === 'running';
  return (
    <section aria-label="Waves">
      {stopped !== null && running && <p className="banner">{stopped}</p>}
      {nextWaveAt !== null && (
        <p>
          The next wave begins <Time at={nextWaveAt} />.
        </p>
      )}
      <details open>
        <summary>{number(numbers.length)} waves</summary>
        <ul className="plain">
          {numbers.map((wave) => (
            <li key={wave}>{lineOf(wave, districts)}</li>
          ))}
        </ul>
      </details>
    </section>
  );
}

/** "Wave 2: 3 of 10 done, 1 failed or red, 2 not done". */
function lineOf(wave: number, districts: Board['districts']): string {
  const own = districts.filter((district) => district.wave === wave);
  const count = (is: (district: Board['districts'][number]) => boolean): number => own.filter(is).length;
  const bad = count(({ status, color }) => status === 'failed' || (status === 'done' && color === 'red'));
  const notRun = count(({ status }) => status === 'notRun');
  return [
    `Wave ${wave}: ${number(count(({ status }) => status === 'done'))} of ${number(own.length)} done`,
    ...(bad > 0 ? [`${number(bad)} failed or red`] : []),
    ...(notRun > 0 ? [`${number(notRun)} not done`] : []),
  ].join(', ');
}
