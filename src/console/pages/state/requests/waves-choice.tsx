import { Input, Tick } from '../../../parts/fields';
import { counted } from '../../../parts/format';
import type { ChosenWaves } from './choice';

interface WavesChoiceProps {
  readonly waves: ChosenWaves | undefined;
  readonly onChoose: (waves: ChosenWaves | undefined) => void;
}

type Figure = 'size' | 'pauseMinutes' | 'stopAbovePercent';

const usual: ChosenWaves = { size: 10, pauseMinutes: 60, stopAbovePercent: 10 };
const mostDistricts = 5_000;
const mostMinutes = 10_080;

/** All districts together, or one wave after the other. */
export function WavesChoice({ waves, onChoose }: WavesChoiceProps) {
  const field = (label: string, name: Figure, [least, most]: readonly [number, number]) => (
    <Input
      label={label}
      type="number"
      value={String(waves![name] ?? '')}
      onChange={(text) => {
        const wanted = Math.round(Number(text));
        onChoose({ ...waves!, [name]: Math.min(most, Math.max(least, wanted)) });
      }}
    />
  );
  return (
    <fieldset className="frame request__part">
      <legend>Waves</legend>
      <Tick
        label="One wave of districts after the other"
        ticked={waves !== undefined}
        onChange={(ticked) => onChoose(ticked ? usual : undefined)}
      />
      {waves?.groups !== undefined && waves.groups.length > 0 && (
        <p className="soft">
          {counted(waves.groups.length, 'named group')} of districts go first, as before.
        </p>
      )}
      {waves !== undefined && (
        <div className="filters">
          {field('Districts of a wave', 'size', [1, mostDistricts])}
          {field('Minutes between two waves', 'pauseMinutes', [0, mostMinutes])}
          {field('Ask nobody more once more percent of a wave fail', 'stopAbovePercent', [0, 100])}
        </div>
      )}
    </fieldset>
  );
}
