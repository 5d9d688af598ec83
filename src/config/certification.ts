/** The section certification of the configuration. */
import { z } from 'zod';
import { readSigningKey } from './signing-key';

/** The key's text: checked here, read where it is used. The message never repeats it. */
const privateKey = z.string().superRefine((text, context) => {
  try {
    readSigningKey(text);
  } catch (error) {
    const message = `${(error as Error).message} "resync certify key" makes one.`;
    context.addIssue({ code: 'custom', message, input: undefined });
  }
});

export const certificationSchema = z.strictObject({
  privateKey: privateKey
    .optional()
    .describe(
      'Ed25519 or P-256, PEM or JWK, by reference to the environment. Absent: nothing can be certified.',
    ),
  waitHours: z
    .number()
    .positive()
    .max(72)
    .default(24)
    .describe('How long a certification waits for the end of a resync of the district and year.'),
});
