import type { ResyncHead } from '../../api/answers';

/** An object of which one record can be sent. */
export interface SelectiveObject {
  readonly object: string;
  readonly label: string;
  readonly keyColumns: readonly string[];
  /** Its records are found by a GUID too. */
  readonly guid: boolean;
}

export interface SelectiveObjects {
  readonly schoolYear: number;
  readonly items: readonly SelectiveObject[];
}

export interface FoundRecord {
  readonly key: readonly string[] | null;
}

export interface SelectivePreview {
  readonly previewId: string;
  readonly schoolYear: number;
  readonly object: string;
  readonly key: readonly string[];
  readonly status: 'running' | 'done' | 'failed';
  readonly message: string | null;
  readonly objects:
    | readonly {
        readonly object: string;
        readonly records: number;
        readonly asked: number;
        readonly descendants: number;
        readonly ancestors: number;
        readonly samples: readonly (readonly string[])[];
      }[]
    | null;
  readonly omitted: readonly { readonly object: string; readonly why: string }[] | null;
}

export interface SelectiveAccepted {
  readonly resyncId: string;
}

/** A selective sync of before, and of which record. */
export interface SelectiveSync extends ResyncHead {
  readonly selected?: { readonly object: string; readonly key: readonly string[] } | undefined;
}
