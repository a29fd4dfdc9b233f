// The page of one leak: why it stays alive, how it grows, and what one of the objects is made of.

import type { Entry, ReportDocument } from '../document';
import { reasonsOf, shortNames, splitHeadline } from '../entry-words';
import { useKeys } from '../keys';
import { entryAsMarkdown } from '../markdown';
import { copy } from '../notice';
import { Chain } from '../parts/chain';
import { ConfidenceOf } from '../parts/confidence';
import { Growth } from '../parts/growth';
import { Item } from '../parts/item';
import { OwnPlace } from '../parts/own-place';
import { PlaceLink } from '../parts/place-link';
import { Prose } from '../parts/prose';
import { addressOf, go } from '../place';
import { objectAddress, useSource } from '../state';
import { countDelta, nameOf, sizeDelta, size } from '../words';

const ABOVE = ['Made in', 'Held in', 'Source', 'Sure', 'Sure?', 'Cut', 'Fix'];
const MOST_FRAMES = 12;

export function Leak({ report, number }: { report: ReportDocument; number: number }) {
  const entry = report.entries.find((one) => one.number === number);
  useKeys({
    c: () => (entry ? void copy(entryAsMarkdown(entry), 'the page, as Markdown') : false),
    j: () => step(report, number, 1),
    k: () => step(report, number, -1),
  });
  if (entry === undefined)
    return (
      <p class="empty">
        There is no entry {number} in this document. <a href={addressOf(['leaks'])}>All entries</a>
      </p>
    );
  return <Page entry={entry} report={report} />;
}

function step(report: ReportDocument, number: number, by: number): boolean {
  const to = report.entries[report.entries.findIndex((one) => one.number === number) + by];
  if (to === undefined) return false;
  go(addressOf(['leak', to.number]));
  return true;
}

function Page({ entry, report }: { entry: Entry; report: ReportDocument }) {
  const source = useSource();
  const last = report.snapshots.length - 1;
  const hrefOf = source.object ? (id: number) => objectAddress(id, last) : undefined;
  const [title, rest] = splitHeadline(entry.headline);
  const { facts, growth, item, classes, allocationStack = [], examples, path } = entry;
  const others = facts.filter(({ label }) => !ABOVE.includes(label));
  return (
    <article class="leak-page">
      <p class="crumbs">
        <a href={addressOf(['leaks'])}>{report.verdict.title}</a> › {entry.number}
      </p>
      <h1>
        <Prose text={title} />
      </h1>
      {rest !== '' && (
        <p class="amount">
          <Prose text={rest} />
        </p>
      )}
      <div class="columns">
        <div>
          <OwnPlace entry={entry} />
          <dl class="actions">
            {entry.cut !== '' && (
              <>
                <dt>Cut</dt>
                <dd class="cut">{entry.cut}</dd>
              </>
            )}
            {entry.advice !== '' && (
              <>
                <dt>Fix</dt>
                <dd>
                  <Prose text={entry.advice} />
                </dd>
              </>
            )}
            {entry.looksLike === undefined && (
              <>
                <dt>Confidence</dt>
                <dd>
                  <ConfidenceOf confidence={entry.confidence} reasons={reasonsOf(facts)} />
                </dd>
              </>
            )}
          </dl>
          <section>
            <h2>Why it stays alive</h2>
            <p class="note">
              From the root down. <Legend />
            </p>
            <Chain path={path} hrefOf={hrefOf} />
          </section>
          <section>
            <h2>Facts</h2>
            <dl class="facts">
              {others.map(({ label, text, place, relation, reasons = [] }, at) => (
                <Fact key={at} label={label}>
                  {text}
                  {reasons.length > 0 && `: ${reasons.join('; ')}`}
                  {place && (
                    <>
                      , {relation && `${relation} `}
                      <PlaceLink place={place} />
                    </>
                  )}
                </Fact>
              ))}
              <Fact label="Fingerprint">
                <code>{entry.fingerprint}</code>
              </Fact>
            </dl>
          </section>
        </div>
        <div class="side">
          {growth && <Growth growth={growth} names={shortNames(report.snapshots)} />}
          {item && <Item item={item} />}
          {classes.length > 0 && <CameWith classes={classes} isGrowth={growth !== undefined} />}
          {allocationStack.length > 0 && (
            <section>
              <h3>Who allocated them</h3>
              <ol class="stack">
                {allocationStack.slice(0, MOST_FRAMES).map((frame, at) => (
                  <li key={at}>
                    {nameOf(frame.name) || '(anonymous)'} <PlaceLink place={frame} />
                  </li>
                ))}
              </ol>
            </section>
          )}
          {examples.length > 0 && (
            <section>
              <h3>Some of them</h3>
              <p class="examples">
                {examples.slice(0, 20).map((id) => (
                  <span key={id}>{hrefOf ? <a href={hrefOf(id)}>@{id}</a> : `@${id}`} </span>
                ))}
              </p>
            </section>
          )}
          <p class="more">
            <button onClick={() => void copy(entryAsMarkdown(entry), 'the page, as Markdown')}>Copy as Markdown</button>
          </p>
        </div>
      </div>
    </article>
  );
}

function Legend() {
  return (
    <span class="legend">
      <span data-sign="✓">✓</span> belongs there, <span data-sign="?">?</span> may not, <span data-sign="✗">✗</span>{' '}
      should be gone
    </span>
  );
}

function Fact({ label, children }: { label: string; children: preact.ComponentChildren }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </>
  );
}

function CameWith({ classes, isGrowth }: { classes: Entry['classes']; isGrowth: boolean }) {
  return (
    <section>
      <h3>What came with them</h3>
      <div class="scrolls" tabIndex={0} role="region" aria-label="What came with them">
        <table>
          <thead>
            <tr>
              <th scope="col">class</th>
              <th scope="col">objects</th>
              <th scope="col">bytes</th>
            </tr>
          </thead>
          <tbody>
            {classes.slice(0, 12).map((row, at) => (
              <tr key={at}>
                <th scope="row">{nameOf(row.className) || '(unnamed)'}</th>
                <td>{countDelta(row.count)}</td>
                <td>{isGrowth ? sizeDelta(row.size) : size(row.size)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
