// In which snapshots an object is, and how large it is there.

import type { ObjectDocument } from '../source';
import { objectAddress, snapshots } from '../state';
import { known, nameOf, size } from '../words';

export function History({ history, id }: { history: ObjectDocument['history']; id: number }) {
  const isKnown = history.every(({ exists }) => exists !== null);
  return (
    <section>
      <h2>Its history</h2>
      {isKnown ? (
        <div class="scrolls" tabIndex={0} role="region" aria-label="Its history">
          <table>
            <thead>
              <tr>
                <th scope="col">snapshot</th>
                <th scope="col">shallow</th>
                <th scope="col">retained</th>
              </tr>
            </thead>
            <tbody>
              {history.map(({ snapshot, exists, shallowSize, retainedSize }) => (
                <tr key={snapshot}>
                  <th scope="row">
                    {exists ? (
                      <a href={objectAddress(id, snapshot)}>{nameOf(snapshots.value[snapshot]?.name ?? '')}</a>
                    ) : (
                      nameOf(snapshots.value[snapshot]?.name ?? '')
                    )}
                  </th>
                  {exists ? (
                    <>
                      <td>{known(shallowSize, size)}</td>
                      <td>{known(retainedSize, size)}</td>
                    </>
                  ) : (
                    <td colSpan={2}>not there</td>
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        <p class="note">The ids of these snapshots do not name the same objects, so its history is not known.</p>
      )}
    </section>
  );
}
