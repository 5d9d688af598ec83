import { Input, Tick } from '../../../parts/fields';

interface BudgetChoiceProps {
  readonly perSecond: number | undefined;
  readonly onChoose: (perSecond: number | undefined) => void;
}

const usual = 5_000;
const most = 1_000_000;
/** Below it a large object would not end in a day. */
export const leastPerSecond = 100;

/** What all districts together may write: others work at the state's server, too. */
export function BudgetChoice({ perSecond, onChoose }: BudgetChoiceProps) {
  // What is being typed is not yet meant.
  const onChange = (text: string): void => {
    const wanted = Math.round(Number(text));
    onChoose(Math.min(most, Math.max(1, Number.isFinite(wanted) ? wanted : 1)));
  };
  return (
    <fieldset className="frame request__part">
      <legend>Write budget</legend>
      <Tick
        label="All districts together write no more than a number of records a second"
        ticked={perSecond !== undefined}
        onChange={(ticked) => onChoose(ticked ? usual : undefined)}
      />
      {perSecond !== undefined && (
        <Input
          label="Records a second"
          type="number"
          value={String(perSecond)}
          onChange={onChange}
          hint={`from ${leastPerSecond} on`}
        />
      )}
    </fieldset>
  );
}
