// Parts of a whole: one bar, and the table with its numbers.

import { share, size } from '../words';

export interface Part {
  title: string;
  size: number;
  note?: string;
  href?: string;
}

export function Bars({
  parts,
  total,
  label,
  isChange = false,
}: {
  parts: Part[];
  total: number;
  label: string;
  isChange?: boolean;
}) {
  const most = Math.max(...parts.map((part) => Math.abs(part.size)), 1);
  const print = (value: number) => (isChange && value > 0 ? `+${size(value)}` : size(value));
  return (
    <div class="scrolls" tabIndex={0} role="region" aria-label={label}>
      <table class="bars">
        <colgroup>
          <col />
          <col class="picture" />
          <col class="bytes" />
          <col class="part" />
        </colgroup>
        <thead class="aside">
          <tr>
            <th scope="col">part</th>
            <th scope="col">picture</th>
            <th scope="col">bytes</th>
            <th scope="col">share</th>
          </tr>
        </thead>
        <tbody>
          {parts.map((part, at) => (
            <tr key={at}>
              <th scope="row">
                {part.href ? <a href={part.href}>{part.title}</a> : part.title}
                {part.note && <span class="note"> {part.note}</span>}
              </th>
              <td class="bar" aria-hidden="true">
                <span
                  class={part.size < 0 ? 'is-less' : ''}
                  style={{ width: `${(Math.abs(part.size) / most) * 100}%` }}
                />
              </td>
              <td>{print(part.size)}</td>
              <td class="share">{share(part.size, total)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">all</th>
            <td />
            <td>{print(total)}</td>
            <td />
          </tr>
        </tfoot>
      </table>
    </div>
  );
}
