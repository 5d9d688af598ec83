import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { Problem } from './problem';

/** Header of a route that does what was shown before: the hash stands for what was shown. */
export const ifMatchHeader = z.object({
  'If-Match': z.string().optional().meta({
    description: 'the ETag of what was shown, which is its hash in quotes: 412 when it is another by now',
    example: '"b64hash"',
  }),
});

/** What is shown has its hash as the ETag, for If-Match of the call that does it. */
export function tagShown<Shown extends { readonly planHash: string } | { readonly previewHash: string }>(
  response: Response,
  shown: Shown,
): Shown {
  response.set('ETag', `"${'planHash' in shown ? shown.planHash : shown.previewHash}"`);
  return shown;
}

/** Header of a route that changes what was read before. */
export const ifVersionHeader = z.object({
  'If-Match': z.string().optional().meta({
    description: 'the `version` of what was read, in quotes: 412 when somebody has changed it since',
    example: '"b64hash"',
  }),
});

/** What names the settings of one thing as they are. */
export function versionOf(settings: object): string {
  return createHash('sha256').update(JSON.stringify(settings)).digest('base64url').slice(0, 22);
}

/** After a change the ETag is what the next change may name. */
export function tagVersion<Changed extends { readonly version: string }>(
  response: Response,
  changed: Changed,
): Changed {
  response.set('ETag', `"${changed.version}"`);
  return changed;
}

/** @throws Problem 412 when what the caller has read is another by now */
export function requireVersion(request: Request, now: string): void {
  const listed = tagsOf(request);
  if (listed === null || listed.includes(now)) return;
  const detail = 'Somebody has changed it since it was read, so nothing was done. Read it again.';
  throw new Problem(412, detail, [{ detail, header: 'If-Match' }]);
}

/**
 * Why what would be done is not what the caller was shown; `null`: it is, or nothing was.
 * @param named hash of what was shown, as the body has it
 * @param now hash of what would be done
 */
export function whyNotAsShown(
  request: Request,
  {
    named,
    now,
    detail,
  }: { readonly named: string | undefined; readonly now: string; readonly detail: string },
): Problem | null {
  const listed = tagsOf(request);
  if (listed !== null && !listed.includes(now))
    return new Problem(412, detail, [{ detail, header: 'If-Match' }]);
  return named === undefined || named === now ? null : new Problem(409, detail);
}

/**
 * Where nothing has a version that the caller could have seen: a condition that can't be looked at
 * isn't met.
 * @throws Problem 412
 */
export function refuseIfMatch(request: Request): void {
  if (tagsOf(request) === null) return;
  const detail = 'Nothing here has a version that If-Match could name: nothing was done. Leave it out.';
  throw new Problem(412, detail, [{ detail, header: 'If-Match' }]);
}

/** The tags of If-Match; `null`: there is none, or any will do (`*`). */
function tagsOf(request: Request): string[] | null {
  const given = request.get('If-Match')?.trim();
  if (given === undefined || given === '*') return null;
  // A weak tag never matches here (RFC 9110, 13.1.1).
  return given.split(',').map((tag) => /^"([^"]*)"$/.exec(tag.trim())?.[1] ?? '');
}
