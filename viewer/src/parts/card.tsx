// A leak, or a suspect, on the first page: the sentence, the line, the cut.

import { Fragment } from 'preact';
import type { Entry } from '../document';
import { curveOf, reasonsOf, splitHeadline } from '../entry-words';
import { entryAsMarkdown } from '../markdown';
import { copy } from '../notice';
import { addressOf } from '../place';
import { ConfidenceOf } from './confidence';
import { OwnPlace } from './own-place';
import { Prose } from './prose';
import { Sparkline } from './sparkline';

/** Why an accumulation in one snapshot may be a leak, and why not. */
const OF_SUSPECT = ['Looks like', 'For', 'Against'];

export function Card({ entry, names, onFocus }: { entry: Entry; names: string[]; onFocus: () => void }) {
  const { number, headline, cut, advice, growth, confidence, facts } = entry;
  const address = addressOf(['leak', number]);
  const [title, rest] = splitHeadline(headline);
  return (
    <section
      class="card"
      id={`card-${number}`}
      tabIndex={-1}
      onFocus={onFocus}
      aria-labelledby={`card-${number}-title`}
    >
      <div class="card-head">
        <div>
          <h2 id={`card-${number}-title`}>
            <a href={address}>
              <Prose text={title} />
            </a>
          </h2>
          {rest !== '' && (
            <p class="amount">
              <Prose text={rest} />
            </p>
          )}
        </div>
        {growth && <Sparkline {...curveOf(growth)} names={names} />}
      </div>
      <OwnPlace entry={entry} />
      <dl class="actions">
        {facts
          .filter(({ label }) => OF_SUSPECT.includes(label))
          .map(({ label, text }) => (
            <Fragment key={label}>
              <dt>{label}</dt>
              <dd>
                <Prose text={text} />
              </dd>
            </Fragment>
          ))}
        {cut !== '' && (
          <>
            <dt>Cut</dt>
            <dd class="cut">{cut}</dd>
          </>
        )}
        {advice !== '' && (
          <>
            <dt>Fix</dt>
            <dd>
              <Prose text={advice} />
            </dd>
          </>
        )}
        {entry.looksLike === undefined && (
          <>
            <dt>Confidence</dt>
            <dd>
              <ConfidenceOf confidence={confidence} reasons={reasonsOf(facts)} />
            </dd>
          </>
        )}
      </dl>
      <p class="more">
        <a href={address}>Why it stays alive</a>
        <button onClick={() => void copy(entryAsMarkdown(entry), 'the card, as Markdown')}>Copy as Markdown</button>
      </p>
    </section>
  );
}
