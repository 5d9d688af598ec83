import { z } from 'zod';

export const schoolNames = z
  .object({ items: z.array(z.object({ school: z.array(z.string()), name: z.string() })) })
  .meta({ id: 'SchoolNames' });
