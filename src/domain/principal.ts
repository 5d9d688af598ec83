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
  /**
   * Limited to these schools of its district, stored texts of their keys: it sees their errors and
   * nothing else. `null`: not limited.
   */
  readonly schools: readonly string[] | null;
}
