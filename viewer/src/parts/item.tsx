// What one leaked object is made of: a tree of its parts, each with its bytes as a bar.

import type { LeakPart } from '../../../index';
import { mean, nameOf, share, size, writeEdge } from '../words';

/** Parts below this share say nothing. */
const SMALLEST = 0.01;
const DEEPEST = 6;

interface Row {
  part: LeakPart;
  level: number;
}

export function Item({ item }: { item: LeakPart }) {
  const rows = rowsOf(item, 0);
  return (
    <section class="item">
      <h3>What one of them is made of</h3>
      <div class="scrolls" tabIndex={0} role="region" aria-label="What one of them is made of">
        <table>
          <thead>
            <tr>
              <th scope="col">part</th>
              <th scope="col">objects</th>
              <th scope="col">bytes</th>
              <th scope="col">share</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ part, level }, at) => (
              <tr key={at}>
                <th scope="row" style={{ paddingLeft: `${level}rem` }}>
                  {level > 0 && part.edge !== '' && <span class="reference">{writeEdge(part.edge)} </span>}
                  {nameOf(part.name) || '(unnamed)'}
                </th>
                <td>{mean(part.count)}</td>
                <td>{size(part.size)}</td>
                <td class="bar-cell">
                  <span
                    class="bar"
                    aria-hidden="true"
                    style={{ width: `${(part.size / Math.max(item.size, 1)) * 100}%` }}
                  />
                  <span>{share(part.size, item.size)}</span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function rowsOf(part: LeakPart, level: number, whole = part.size): Row[] {
  const children = part.children.filter((child) => child.size >= whole * SMALLEST && level < DEEPEST);
  return [{ part, level }, ...children.flatMap((child) => rowsOf(child, level + 1, whole))];
}
