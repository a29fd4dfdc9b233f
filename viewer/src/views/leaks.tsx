// The first page: the verdict, a card for each leak, and where the rest of the growth went.

import type { Entry, ReportDocument } from '../document';
import { useKeys } from '../keys';
import { copy } from '../notice';
import { Bars } from '../parts/bars';
import { ConfidenceOf } from '../parts/confidence';
import { OwnPlace } from '../parts/own-place';
import { Prose } from '../parts/prose';
import { Sparkline } from '../parts/sparkline';
import { addressOf, go, place } from '../place';
import { matcherOf } from '../search';
import { entryAsMarkdown } from '../markdown';
import { count, countDelta, counted, moment, nameOf, sentence, size, sizeDelta } from '../words';
import { Fragment } from 'preact';
import { useState } from 'preact/hooks';

/** Why an accumulation in one snapshot may be a leak, and why not. */
const OF_SUSPECT = ['Looks like', 'For', 'Against'];

export function Leaks({ report }: { report: ReportDocument }) {
  const { verdict, entries, account, snapshots } = report;
  const names = shortNames(snapshots);
  const search = place.value.params.q ?? '';
  const isFound = matcherOf(search);
  const shown = entries.filter(({ headline, kind }) => isFound(`${headline} ${kind}`));
  const [active, setActive] = useState(0);
  const at = Math.min(active, shown.length - 1);
  const move = (step: number) => {
    const next = Math.min(Math.max(at + step, 0), shown.length - 1);
    setActive(next);
    document.getElementById(`card-${shown[next]?.number}`)?.focus();
  };
  const isCard = () => document.activeElement?.classList.contains('card') ?? false;
  useKeys({
    j: () => move(isCard() ? 1 : 0),
    k: () => move(-1),
    Enter: () => (isCard() ? go(addressOf(['leak', shown[at].number])) : false),
    c: () => {
      const chosen = isCard() ? [shown[at]] : shown;
      if (chosen.length === 0) return false;
      void copy(chosen.map(entryAsMarkdown).join('\n\n'), `${counted(chosen.length, 'card')}, as Markdown`);
      return true;
    },
  });
  return (
    <article class="leaks">
      <VerdictOf report={report} />
      {search !== '' && (
        <p class="filtered">
          {shown.length} of {entries.length} fit “{search}”.
        </p>
      )}
      {shown.map((entry, position) => (
        <Card key={entry.fingerprint} entry={entry} names={names} onFocus={() => setActive(position)} />
      ))}
      <Next report={report} />
      {account && account.lines.length > 0 && (
        <section class="account">
          <h2>{report.sort === 'leaks' ? 'All that grew' : 'The whole heap'}</h2>
          <Bars
            label={report.sort === 'leaks' ? 'All that grew' : 'The whole heap'}
            isChange={report.sort === 'leaks'}
            total={account.total}
            parts={account.lines.map((row) => ({ title: row.title, note: row.because, size: row.size }))}
          />
        </section>
      )}
      <NoLeaks report={report} />
      <Snapshots report={report} />
      {verdict.footnotes.length > 0 && (
        <footer class="footnotes">
          {verdict.footnotes.map((text, number) => (
            <p key={number}>
              <Prose text={text} />
            </p>
          ))}
        </footer>
      )}
    </article>
  );
}

function VerdictOf({ report: { verdict } }: { report: ReportDocument }) {
  const { sort, headline, paragraphs, doubts } = verdict;
  return (
    <header class="verdict" data-sort={sort}>
      <h1>
        <Prose text={headline} />
      </h1>
      {paragraphs.map((text, at) => (
        <p key={at}>
          <Prose text={text} />
        </p>
      ))}
      {doubts.map((text, at) => (
        <p key={at} class="doubt">
          {text}
        </p>
      ))}
    </header>
  );
}

function Card({ entry, names, onFocus }: { entry: Entry; names: string[]; onFocus: () => void }) {
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
      </dl>
      <p class="more">
        <a href={address}>Why it stays alive</a>
        <button onClick={() => void copy(entryAsMarkdown(entry), 'the card, as Markdown')}>Copy as Markdown</button>
      </p>
    </section>
  );
}

/** Objects; bytes where there are not more objects. */
export function curveOf(growth: NonNullable<Entry['growth']>) {
  return (growth.counts.at(-1) ?? 0) > 0
    ? { values: growth.counts, print: (value: number) => (value === 0 ? '0' : countDelta(value)), what: 'objects' }
    : { values: growth.sizes, print: (value: number) => (value === 0 ? '0' : sizeDelta(value)), what: 'bytes' };
}

export function reasonsOf(facts: Entry['facts']): string[] {
  return facts.find(({ label }) => label === 'Sure' || label === 'Sure?')?.reasons ?? [];
}

/** What happens, and how much. */
export function splitHeadline(headline: string): [string, string] {
  const at = headline.lastIndexOf(': ');
  return at < 0 ? [headline, ''] : [headline.slice(0, at), headline.slice(at + 2)];
}

function Next({ report }: { report: ReportDocument }) {
  const { next } = report.verdict;
  if (next.length === 0) return null;
  return (
    <section class="next">
      <h2>To be sure</h2>
      {next.map(({ why, command }, at) => (
        <div key={at}>
          <p>{why.replace(/[.:]?$/, ':')}</p>
          <p class="command">
            <code>{command}</code>
            <button onClick={() => void copy(command, 'the command')}>Copy</button>
          </p>
        </div>
      ))}
    </section>
  );
}

/** What grew and is no leak, with the reason: so nobody wonders whether it was seen. */
function NoLeaks({ report: { leaks } }: { report: ReportDocument }) {
  const rows = [...(leaks?.oneOff ?? []), ...(leaks?.dropped ?? [])];
  if (rows.length === 0) return null;
  return (
    <details class="no-leaks">
      <summary>
        {counted(rows.length, 'growth', 'growths')} that {rows.length === 1 ? 'is' : 'are'} no leak, and why
      </summary>
      <div class="scrolls" tabIndex={0} role="region" aria-label="Grew, but is no leak">
        <table>
          <thead>
            <tr>
              <th scope="col">class</th>
              <th scope="col">bytes</th>
              <th scope="col" class="text">
                why it is no leak
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row, at) => (
              <tr key={at}>
                <th scope="row">{nameOf(row.className) || '(unnamed)'}</th>
                <td>{sizeDelta('size' in row ? row.size : row.sizeGrowth.reduce((sum, more) => sum + more, 0))}</td>
                <td class="text">{sentence(row.because)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

function Snapshots({ report: { snapshots, leaks, contents } }: { report: ReportDocument }) {
  const isTimed = snapshots.some(({ takenAt }) => takenAt);
  return (
    <section class="snapshots">
      <h2>{snapshots.length === 1 ? 'The snapshot' : 'The snapshots'}</h2>
      <div class="scrolls" tabIndex={0} role="region" aria-label="Snapshots">
        <table>
          <thead>
            <tr>
              <th scope="col">file</th>
              <th scope="col">bytes</th>
              <th scope="col">nodes</th>
              {snapshots.some(({ memory }) => memory) && <th scope="col">RSS</th>}
              {isTimed && (
                <th scope="col" class="text">
                  taken at
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {snapshots.map((snapshot, at) => (
              <tr key={at}>
                <th scope="row">{nameOf(snapshot.name)}</th>
                <td>{size(snapshot.totalSize)}</td>
                <td>{count(snapshot.nodeCount)}</td>
                {snapshots.some(({ memory }) => memory) && <td>{snapshot.memory ? size(snapshot.memory.rss) : '–'}</td>}
                {isTimed && <td class="text">{moment(snapshot.takenAt)}</td>}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {leaks && (
        <p class="note">
          {leaks.comparison.ids ? 'Objects were matched by their ids.' : 'Objects were matched by their place.'}
        </p>
      )}
      {contents && (
        <p class="note">
          This document contains {counted(contents.classNames, 'class name')},{' '}
          {counted(contents.propertyNames, 'property name')}, {counted(contents.paths, 'path')} of files and{' '}
          {counted(contents.strings, 'text')} of strings
          {contents.stringsLeftOut > 0 && `; ${counted(contents.stringsLeftOut, 'text')} of strings were left out`}.
        </p>
      )}
    </section>
  );
}

export function shortNames(snapshots: { name: string }[]): string[] {
  return snapshots.map(({ name }) => nameOf(name.replace(/\.(heapsnapshot|heaptimeline)(\.\w+)?$/, '')));
}
