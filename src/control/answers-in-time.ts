import type { Knex } from 'knex';

const answerMs = 2_000;

/** Does the control database answer within two seconds? For probes, which must not wait longer. */
export async function answersInTime(control: Knex): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), answerMs);
  });
  const asked = control.raw('SELECT 1').then(
    () => true,
    () => false,
  );
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}
