import type { ReactNode } from 'react';

/** A page by its address, as wouter matches it; `*` takes the rest of it. */
export interface PageRoute {
  readonly path: string;
  readonly page: (named: Readonly<Record<string, string>>) => ReactNode;
}
