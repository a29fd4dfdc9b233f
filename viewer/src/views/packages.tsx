// Whose objects the heap has: own code, packages, Node.js, V8.

import { Bars } from '../parts/bars';
import { Segmented } from '../parts/segmented';
import { Pending, useAnswer } from '../pending';
import { change, place } from '../place';
import { matcherOf } from '../search';
import { current, useSource } from '../state';
import { counted, label, size } from '../words';

export function Packages() {
  const source = useSource();
  const { by = 'package', q = '' } = place.value.params;
  const snapshot = current.value;
  const answer = useAnswer(`packages ${snapshot} ${by}`, (signal) => source.packages!({ snapshot, by }, signal));
  const isFound = matcherOf(q);
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
        {({ owners, more, rest }) => {
          const total = owners.reduce((sum, row) => sum + row.shallowSize, more.shallowSize + rest.shallowSize);
          const parts = [
            ...owners
              .filter(({ name }) => isFound(name))
              .map((row) => ({ title: titleOf(row.name), size: row.shallowSize, note: counted(row.count, 'object') })),
            ...(more.owners > 0 && q === ''
              ? [{ title: `${counted(more.owners, 'owner')} more`, size: more.shallowSize }]
              : []),
            ...(q === '' ? [{ title: 'of several, or of nobody', size: rest.shallowSize }] : []),
          ];
          return (
            <>
              <p class="note">
                An object belongs to the code that made its class, else to the nearest owner that holds it. All{' '}
                {size(total)}, each byte once.
              </p>
              <Bars parts={parts} total={total} label="Whose the objects are" />
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
