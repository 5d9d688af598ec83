import { Link } from 'wouter';
import type { BoardDistrict } from '../../../api/answers';
import { Status } from '../../../parts/status';
import { Time } from '../../../parts/zone';
import { type ActedRequest, DistrictActs } from './district-acts';
import { type Place, placeGlyphs, placeNames } from './request-words';

/** A district of a board with what people call it. */
export interface PlacedDistrict extends BoardDistrict {
  readonly place: Place;
  readonly name: string;
  readonly number: string;
}

/** "Running, 61 %". */
export function placeText({ place, percent }: PlacedDistrict): string {
  return place === 'running' && percent !== null ? `${placeNames[place]}, ${percent} %` : placeNames[place];
}

interface BoardDetailsProps {
  readonly request: ActedRequest;
  readonly district: PlacedDistrict;
}

/** What is known of one district of the board, and what can be done with it. */
export function BoardDetails({ request, district }: BoardDetailsProps) {
  const { name, number, place, attempts, nextAttemptAt, resyncId, message, startedAt, endedAt } = district;
  return (
    <section className="banner board__details" aria-label={name}>
      <strong>
        {name} {number}
      </strong>{' '}
      <Status glyph={placeGlyphs[place]}>{placeText(district)}</Status>{' '}
      {startedAt !== null && (
        <>
          Began <Time at={startedAt} />.{' '}
        </>
      )}
      {endedAt !== null && (
        <>
          Ended <Time at={endedAt} />.{' '}
        </>
      )}
      {message}{' '}
      {attempts > 0 && (
        <>
          {attempts} {attempts === 1 ? 'attempt' : 'attempts'} in vain
          {nextAttemptAt !== null && (
            <>
              , next <Time at={nextAttemptAt} />
            </>
          )}
          .{' '}
        </>
      )}
      {resyncId !== null && <Link href={`/runs/${resyncId}`}>Open its resync</Link>}{' '}
      <DistrictActs key={district.districtId} request={request} district={district} />
    </section>
  );
}
