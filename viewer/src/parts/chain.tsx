// The path from the root to a leaked object: a step a line, with boring stretches folded.

import { useState } from 'preact/hooks';
import type { FoldLine, PathLine, StepLine } from '../document';
import { editorAddress } from '../words';

const SPOKEN = { '✓': 'belongs there', '?': 'may not belong there', '✗': 'should be gone', '': '' };

export interface ChainProps {
  path: PathLine[];
  /** The address of an object's page; in a report there is none. */
  hrefOf?: (id: number) => string;
}

export function Chain({ path, hrefOf }: ChainProps) {
  return (
    <ol class="chain">
      {path.map((line, at) =>
        line.sort === 'fold' ? (
          <Fold key={at} fold={line} hrefOf={hrefOf} />
        ) : (
          <Step key={at} step={line} hrefOf={hrefOf} because={becauseOf(path, at)} />
        ),
      )}
    </ol>
  );
}

/** A reason that is also that of the step before is not said again. */
function becauseOf(path: PathLine[], at: number): string | undefined {
  const line = path[at];
  const before = path[at - 1];
  if (line.sort === 'fold') return undefined;
  return before?.sort === 'step' && before.because === line.because ? undefined : line.because;
}

function Fold({ fold, hrefOf }: { fold: FoldLine; hrefOf?: ChainProps['hrefOf'] }) {
  const { text, steps } = fold;
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <li class="fold">
        <button aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {text}
        </button>
      </li>
      {isOpen && steps.map((step, at) => <Step key={at} step={step} hrefOf={hrefOf} because={becauseOf(steps, at)} />)}
    </>
  );
}

function Step({ step, hrefOf, because }: { step: StepLine; hrefOf?: ChainProps['hrefOf']; because?: string }) {
  const { id, sign, reference, object, remark, place, location, cut, isContainer } = step;
  const address = editorAddress(location);
  const name = <span class={isContainer ? 'object is-container' : 'object'}>{object}</span>;
  return (
    <li class={`step ${cut ? 'is-cut' : ''}`} data-sign={sign}>
      {sign !== '' && (
        <span class="sign" role="img" aria-label={SPOKEN[sign]}>
          {sign}
        </span>
      )}
      <div>
        <p>
          {reference !== '' && (
            <>
              <span class="reference">{reference}</span>
              <span class="arrow"> → </span>
            </>
          )}
          {hrefOf ? <a href={hrefOf(id)}>{name}</a> : name} <span class="id">@{id}</span>
          {remark !== '' && <strong class="remark">{remark}</strong>}
        </p>
        {(place !== '' || because) && (
          <p class="aside-line">
            {place !== '' && (address ? <a href={address}>{place}</a> : <span>{place}</span>)}
            {place !== '' && because && ' · '}
            {because}
          </p>
        )}
      </div>
    </li>
  );
}
