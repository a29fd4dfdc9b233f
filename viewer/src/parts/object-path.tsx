// Why one object is alive: its path from the root.

import type { PathStep } from '../../../index';
import type { StepLine } from '../document';
import { Pending, useAnswer } from '../pending';
import type { ObjectDocument } from '../source';
import { objectAddress, useSource } from '../state';
import { nameOf, placeOf } from '../words';
import { Chain } from './chain';

/** The path from the root; without the retainers that are ignored it is another one. */
export function PathOf({ snapshot, object, ignored }: { snapshot: number; object: ObjectDocument; ignored: number[] }) {
  const source = useSource();
  const answer = useAnswer(`path ${snapshot} ${object.id} ${ignored.join(',')}`, async (signal) =>
    ignored.length === 0 ? object.retainingPath : source.path!({ snapshot, id: object.id, ignored }, signal),
  );
  return (
    <Pending answer={answer} what="The path">
      {(path) =>
        path.length === 0 ? (
          <p class="empty">
            {ignored.length > 0
              ? 'Without the ignored retainers nothing but weak references leads to it.'
              : 'No path from the root leads to it: only weak references, or nothing.'}
          </p>
        ) : (
          <Chain path={path.map(lineOf)} hrefOf={(id) => objectAddress(id, snapshot)} />
        )
      }
    </Pending>
  );
}

export function lineOf(step: PathStep, at: number): StepLine {
  return {
    sort: 'step',
    id: step.id,
    sign: '',
    reference: at === 0 ? '' : nameOf(step.reference),
    object: nameOf(step.shape ?? step.name) || '(root)',
    remark: '',
    place: placeOf(step.location)?.short ?? '',
    location: step.location,
  };
}
