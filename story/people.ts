/** Who is in the story. The first administrator's token is made on the control database, everybody else's through the API. */
import { openControl } from '../src/control/database';
import { createToken } from '../src/control/tokens';
import type { DistrictId, Stage } from './stage';
import type { Person, Teller } from './teller';

export interface People extends Readonly<Record<DistrictId, Person>> {
  readonly state: Person;
}

/** What every chapter is given. */
export interface Scene {
  readonly stage: Stage;
  readonly teller: Teller;
  readonly people: People;
}

export async function castPeople({ config }: Stage, _teller: Teller): Promise<People> {
  const control = openControl(config.controlDatabaseUrl);
  const person = async (name: string, district?: DistrictId): Promise<Person> => {
    const { token } = await createToken(control, {
      name,
      ...(district ? { level: 'district', districts: [district] } : { level: 'state' }),
    });
    return { name, token };
  };
  try {
    return {
      state: await person('State'),
      north: await person('North', 'north'),
      east: await person('East', 'east'),
      south: await person('South', 'south'),
    };
  } finally {
    await control.destroy();
  }
}
