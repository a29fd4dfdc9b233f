// A place in a file: a link to the editor where the file may be on this machine.

import type { Place } from '../document';
import { editorAddress, placeOf } from '../words';

export interface PlaceLinkProps {
  place: Place | undefined;
  /** The path with all its folders. */
  isWhole?: boolean;
  /** As a document has written it. */
  shown?: string;
}

export function PlaceLink({ place, isWhole = false, shown }: PlaceLinkProps) {
  const written = placeOf(place);
  if (written === undefined) return null;
  const address = editorAddress(place);
  const text = shown ?? (isWhole ? written.whole : written.short);
  return address === undefined ? (
    <span class="place" title={written.whole}>
      {text}
    </span>
  ) : (
    <a class="place" href={address} title={`${written.whole}: open in the editor`}>
      {text}
    </a>
  );
}
