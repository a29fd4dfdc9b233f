// One of a few, chosen with one click.

import { useId } from 'preact/hooks';

export interface SegmentedProps {
  label: string;
  value: string;
  choices: { value: string; title: string }[];
  onChange: (value: string) => void;
}

export function Segmented({ label, value, choices, onChange }: SegmentedProps) {
  const name = useId();
  return (
    <fieldset class="segmented">
      <legend class="aside">{label}</legend>
      {choices.map((choice) => (
        <label key={choice.value}>
          <input type="radio" name={name} checked={choice.value === value} onChange={() => onChange(choice.value)} />
          <span>{choice.title}</span>
        </label>
      ))}
    </fieldset>
  );
}
