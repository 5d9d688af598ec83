/** Items of the hashed text on each side: the same characters for the same value. */
export interface ComparedItems {
  readonly district: string;
  readonly state: string;
  /** The item may hold any character, so its length goes before it. */
  readonly framed: boolean;
  /** The item may be long: a digest of it stands in the text, far below max_allowed_packet. */
  readonly digested: boolean;
}

/**
 * A district value the state's type can't hold exactly though the server would take it without an
 * error.
 */
export interface Lossy {
  readonly code:
    | 'VALUE_PRECISION'
    | 'VALUE_NOT_ALLOWED'
    | 'VALUE_OUT_OF_RANGE'
    | 'VALUE_MISSING'
    | 'CHARACTERS_NOT_ALLOWED';
  readonly column: string;
  /** Condition on the district record; TRUE: the record can't be sent. */
  readonly when: string;
  readonly message: string;
}

/** How two columns compare: what isn't said is false, and nothing is lost. */
export type Compared = Pick<ComparedItems, 'district' | 'state'> &
  Partial<ComparedItems> & { readonly lossy?: Lossy | readonly Lossy[] | null };
