import compression from 'compression';
import type { RequestHandler } from 'express';

const packable = /^(application\/(problem\+)?(json|x-ndjson)|text\/csv)\b/;

/**
 * Packs what is read, where the caller takes it: lists shrink to a tenth. Not streams of events,
 * each of which has to go out at once, and not the session's proof against forgery, whose length
 * beside a guess would tell of it.
 */
export const packAnswers: RequestHandler = compression({
  threshold: 2_000,
  filter: ({ method, path }, response) =>
    method === 'GET' && path !== '/session' && packable.test(String(response.getHeader('Content-Type'))),
});
