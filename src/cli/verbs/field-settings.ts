import { Command, InvalidArgumentError } from 'commander';
import type { FieldSettingChange, FieldSettings, FieldSettingsChanged, Items } from '../client/answers';
import { clientOf, wantsJson, withApiOptions } from '../client/command-context';
import { parseFields, writtenName } from '../../domain/name-list';
import { plainTable, print, printJson, tell } from '../client/terminal';

/** `resync field-settings <district>`, `… set`, `… changes`: who owns the fields. */
export function fieldSettingsCommand(): Command {
  return new Command('field-settings')
    .description('who owns the fields of a district: the district or the state')
    .addCommand(showCommand(), { isDefault: true })
    .addCommand(setCommand())
    .addCommand(changesCommand());
}

const pathOf = (district: string): string => `/districts/${encodeURIComponent(district)}/field-settings`;

function showCommand(): Command {
  return withApiOptions(new Command('show'))
    .description('show the owners of fields')
    .argument('<district>', 'the district')
    .option('--object <name>', 'only of this object')
    .option('--owner <owner>', 'only what the district or the state owns')
    .action(async (district: string, options: { object?: string; owner?: string }, command: Command) => {
      const { object, owner } = options;
      const answer = await clientOf(command).get<FieldSettings>(pathOf(district), { object, owner });
      if (wantsJson(command)) return printJson(answer);
      const rows = answer.items.flatMap(({ object, fields }) =>
        fields.map(({ field, owner, whyNot, changedBy }) => [
          written({ object, field }),
          owner,
          whyNot === null ? 'yes' : `no: ${whyNot}`,
          changedBy === null ? '' : `set by ${changedBy}`,
        ]),
      );
      print(plainTable(['Field', 'Owner', 'May be changed', ''], rows));
    });
}

function setCommand(): Command {
  return withApiOptions(new Command('set'))
    .description('set who owns fields (state only)')
    .argument('<district>', 'the district')
    .argument('<field>', 'as <object>.<field>; several separated by commas', fieldsNamed)
    .argument('<owner>', 'district or state')
    .action(
      async (
        district: string,
        fields: readonly Field[],
        owner: string,
        _options: object,
        command: Command,
      ) => {
        const settings = fields.map((field) => ({ ...field, owner }));
        const answer = await clientOf(command).put<FieldSettingsChanged>(pathOf(district), {
          settings,
        });
        if (wantsJson(command)) return printJson(answer);
        for (const { object, field } of answer.changed)
          print(`${written({ object, field })}: ${owner}, from the next range on`);
        if (answer.changed.length === 0) tell('Nothing changed.');
      },
    );
}

function changesCommand(): Command {
  return withApiOptions(new Command('changes'))
    .description('list the changes of owners, newest first')
    .argument('<district>', 'the district')
    .action(async (district: string, _options: object, command: Command) => {
      const { items } = await clientOf(command).get<Items<FieldSettingChange>>(`${pathOf(district)}/changes`);
      if (wantsJson(command)) return printJson(items);
      const rows = items.map((change) => [
        change.changedAt,
        written(change),
        `${change.ownerBefore} → ${change.owner}`,
        change.changedBy,
      ]);
      print(plainTable(['When', 'Field', 'Owner', 'By'], rows));
    });
}

type Field = NonNullable<ReturnType<typeof parseFields>>[number];

/** Commander parser: `<object>.<field>`, separated by commas. */
function fieldsNamed(text: string): Field[] {
  const fields = parseFields(text);
  if (fields === null)
    throw new InvalidArgumentError('Name a field as <object>.<field>, e.g. Enrollment.grade.');
  return fields;
}

/** The field as `set` takes it. */
function written({ object, field }: Field): string {
  return `${writtenName(object)}.${writtenName(field)}`;
}
