// The growth of a leak from snapshot to snapshot: a chart for objects and one for bytes, and the table with all numbers.

import type { Entry } from '../document';
import { count, countDelta, size, sizeDelta } from '../words';
import { Sparkline } from './sparkline';

export function Growth({ growth, names }: { growth: NonNullable<Entry['growth']>; names: string[] }) {
  const { counts, sizes, countGrowth, sizeGrowth } = growth;
  return (
    <section class="growth">
      <h3>Growth</h3>
      <div class="charts">
        <figure>
          <figcaption>objects</figcaption>
          <Sparkline values={counts} names={names} print={count} what="objects" />
        </figure>
        <figure>
          <figcaption>bytes</figcaption>
          <Sparkline values={sizes} names={names} print={size} what="bytes" />
        </figure>
      </div>
      <div class="scrolls" tabIndex={0} role="region" aria-label="Growth in numbers">
        <table>
          <thead>
            <tr>
              <th scope="col">from → to</th>
              <th scope="col">objects</th>
              <th scope="col">bytes in all</th>
            </tr>
          </thead>
          <tbody>
            {countGrowth.map((more, at) => (
              <tr key={at}>
                <th scope="row">
                  {names[at]} → {names[at + 1]}
                </th>
                <td>{countDelta(more)}</td>
                <td>{sizeDelta(sizeGrowth[at] ?? 0)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
