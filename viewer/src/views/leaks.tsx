// The first page: the verdict, a card for each leak, and where the rest of the growth went.

import type { ReportDocument } from '../document';
import { useKeys } from '../keys';
import { copy } from '../notice';
import { Bars } from '../parts/bars';
import { Card } from '../parts/card';
import { Prose } from '../parts/prose';
import { Snapshots } from '../parts/snapshots';
import { addressOf, go, place } from '../place';
import { matcherOf } from '../search';
import { shortNames } from '../entry-words';
import { entryAsMarkdown } from '../markdown';
import { counted, nameOf, sentence, sizeDelta } from '../words';
import { useState } from 'preact/hooks';

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
      <LeftOut report={report} />
      <Next report={report} />
      {account && account.lines.length > 0 && (
        <section class="account">
          <h2>{report.sort === 'leaks' ? 'All that grew' : 'The whole heap'}</h2>
          <Bars
            label={report.sort === 'leaks' ? 'All that grew' : 'The whole heap'}
            isChange={report.sort === 'leaks'}
            total={account.total}
            parts={account.lines.map((row) => ({
              title: row.because === '' ? row.title : `${row.title}:`,
              note: row.because,
              size: row.size,
            }))}
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

/** The verdict counts them, so the page must say where they are. */
function LeftOut({ report: { leaks } }: { report: ReportDocument }) {
  const leftOut = leaks?.leftOut ?? 0;
  if (leftOut === 0) return null;
  return (
    <p class="filtered">{counted(leftOut, 'more leak')} of the verdict left out: the option limit asks for more.</p>
  );
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
