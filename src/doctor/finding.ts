/** One thing that was checked. */
export interface Finding {
  readonly level: 'ok' | 'warn' | 'fail';
  readonly check: string;
  readonly found: string;
  /** What to do about it; null when it is well. */
  readonly todo: string | null;
}

export const ok = (check: string, found: string): Finding => ({ level: 'ok', check, found, todo: null });
export const warn = (check: string, found: string, todo: string): Finding => ({
  ...{ level: 'warn', check, found, todo },
});
export const fail = (check: string, found: string, todo: string): Finding => ({
  ...{ level: 'fail', check, found, todo },
});

/** Nobody else is between. */
export const isThisMachine = (host: string): boolean => /^(localhost|127(\.\d+){3}|::1)$/.test(host);
