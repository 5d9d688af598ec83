import type { PrincipalScope, ToolRight } from './rights';

/** Who a request comes from. */
export interface Principal extends PrincipalScope {
  /**
   * Stays the same over a principal's tokens: what is kept for a person hangs on it. At most 64
   * characters.
   */
  readonly principalId: string;
  readonly tokenId: string;
  readonly name: string;
  readonly rights: readonly ToolRight[];
}
