// The line of own code that is responsible: where it stands, and its text.

import type { Entry } from '../document';
import { PlaceLink } from './place-link';
import { Prose } from './prose';
import { SourceLines } from './source-lines';

export function OwnPlace({ entry: { own, facts } }: { entry: Entry }) {
  const source = facts.find(({ label }) => label === 'Source');
  const lines = own.place?.source ?? source?.lines;
  const { at = '' } = own;
  // The text begins with the place, which is a link.
  const rest = at !== '' && own.text.startsWith(at) ? own.text.slice(at.length).replace(/^[:,;]? /, '') : own.text;
  if (own.text === '' && lines === undefined) return null;
  return (
    <div class="own">
      <p>
        <strong>{own.label}</strong> {rest !== own.text && <PlaceLink place={own.place} shown={at} />}{' '}
        <span class={rest === own.text ? '' : 'note'}>
          <Prose text={rest} />
        </span>
      </p>
      {lines && <SourceLines lines={lines} />}
      {!lines && source && (
        <p class="note">
          Its source is <Prose text={source.text} />
        </p>
      )}
    </div>
  );
}
