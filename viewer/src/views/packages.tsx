// Whose objects the heap has: own code, packages, Node.js, V8.

import { Bars } from '../parts/bars';
import { Segmented } from '../parts/segmented';
import { Pending, useAnswer } from '../pending';
import { change, place } from '../place';
import { current, useSource } from '../state';
import { counted, label, size } from '../words';

export function Packages() {
  const source = useSource();
  const { by = 'package', q = '' } = place.value.params;
  const snapshot = current.value;
  const answer = useAnswer(`packages ${snapshot} ${by} ${q}`, (signal) =>
    source.packages!({ snapshot, by, search: q }, signal),
  );
  return (
    <article>
      <h1>Whose the objects are</h1>
      {source.kind === 'viewer' && (
        <Segmented
          label="A row for each"
          value={by}
          onChange={(value) => change({ by: value })}
          choices={[
            { value: 'package', title: 'Package' },
            { value: 'file', title: 'File' },
          ]}
        />
      )}
      <Pending answer={answer} what="The list of owners">
        {({ owners, more, rest, totalSize }) => {
          const parts = [
            ...owners.map((row) => ({
              title: titleOf(row.name),
              size: row.shallowSize,
              note: counted(row.count, 'object'),
            })),
            ...(more.owners > 0 && (q === '' || source.kind === 'viewer')
              ? [{ title: `${counted(more.owners, 'owner')} more`, size: more.shallowSize }]
              : []),
            ...(q === '' ? [{ title: 'of several, or of nobody', size: rest.shallowSize }] : []),
          ];
          const isPart = q !== '' && source.kind === 'report' && more.owners > 0;
          return (
            <>
              <p class="note">
                An object belongs to the code that made its class, else to the nearest owner that holds it. All{' '}
                {size(totalSize)}, each byte once.
              </p>
              {isPart && (
                <p class="note">
                  The search knows the owners of this document; {counted(more.owners, 'smaller owner')} left out.
                </p>
              )}
              <Bars parts={parts} total={totalSize} label="Whose the objects are" />
            </>
          );
        }}
      </Pending>
    </article>
  );
}

function titleOf(name: string): string {
  const known: Record<string, string> = { '(own code)': 'Own code', 'node:': 'Node.js', '(V8)': 'V8' };
  return known[name] ?? label(name);
}
