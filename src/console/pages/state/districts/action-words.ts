import type { DistrictAction } from '../../../../domain/district-action';

/** Each action in a word, and what it does in a sentence. */
export const actionWords: Readonly<Record<DistrictAction, readonly [label: string, what: string]>> = {
  verify: ['Verify', 'Each is compared with the state. Nothing is written at either.'],
  certify: ['Certify', 'What the state holds of each is counted and signed as it stands.'],
  accept: [
    'Accept',
    'The newest full resync of each is accepted as it came out, so that its school year may be ended.',
  ],
  remind: ['Remind', 'The people of each get a Process Alert of the mandatory resync that is due.'],
  retry: ['Retry', 'The stored errors of the newest resync of each are sent again.'],
  cancel: ['Cancel', 'What runs and what waits in each is cancelled. What was sent stays at the state.'],
};
