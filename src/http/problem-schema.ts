import { z } from 'zod';
import { errorsPath } from './problem-types';

/** An answer that isn't a success, as the document has it. */
export const problemSchema = z
  .object({
    type: z.string().meta({
      format: 'uri-reference',
      description: 'leads to its row in docs/errors.md',
      example: `${errorsPath}#conflict`,
    }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    requestId: z.string().meta({ description: 'as in the header X-Request-Id; the API log has it too' }),
    errors: z
      .array(
        z.object({
          detail: z.string(),
          pointer: z.string().optional().meta({ example: '#/objects/0' }),
          parameter: z.string().optional(),
          header: z.string().optional(),
        }),
      )
      .optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details' });
