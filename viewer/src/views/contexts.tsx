// What scopes of functions keep alive, and the bytes of each realm.

import { Bars } from '../parts/bars';
import { Pending, useAnswer } from '../pending';
import { current, objectAddress, useSource } from '../state';
import { counted, label, size } from '../words';

export function Contexts() {
  const source = useSource();
  const snapshot = current.value;
  const answer = useAnswer(`contexts ${snapshot}`, (signal) => source.contexts!(snapshot, signal));
  return (
    <article>
      <h1>Contexts and closures</h1>
      <Pending answer={answer} what="The list of contexts">
        {({ closures, realms, sharedSize, unattributedSize, total = realms.length }) => {
          const all = realms.reduce((sum, realm) => sum + realm.size, sharedSize + unattributedSize);
          return (
            <>
              <p class="lead">
                {counted(closures.contextCount, 'scope')} of functions keep{' '}
                <strong>{size(closures.retainedSize)}</strong> alive, in {counted(closures.retainedCount, 'object')}{' '}
                that nothing else holds.
              </p>
              <h2>Scopes of functions</h2>
              <Bars
                label="Scopes of functions"
                total={closures.retainedSize + closures.otherSize}
                parts={[
                  { title: 'held by scopes alone', size: closures.retainedSize },
                  { title: 'all other objects', size: closures.otherSize },
                ]}
              />
              <h2>Realms</h2>
              <p class="note">
                A realm has a global object of its own: the program, each context of node:vm, each frame of a browser.
              </p>
              {total > realms.length && (
                <p class="note">
                  The largest; {counted(total - realms.length, 'more realm')} left out, also of the sum.
                </p>
              )}
              <Bars
                label="Realms"
                total={all}
                parts={[
                  ...realms.map((realm) => ({
                    title: `${label(realm.name)} @${realm.id}`,
                    size: realm.size,
                    href: objectAddress(realm.id, snapshot),
                  })),
                  { title: 'of several realms', size: sharedSize },
                  { title: 'of no realm', size: unattributedSize },
                ]}
              />
            </>
          );
        }}
      </Pending>
    </article>
  );
}
