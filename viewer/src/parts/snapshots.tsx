// The snapshots of a document, and what is inside of it.

import type { ReportDocument } from '../document';
import { count, counted, moment, nameOf, size } from '../words';

export function Snapshots({ report: { snapshots, leaks, contents } }: { report: ReportDocument }) {
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
