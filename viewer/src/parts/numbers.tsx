// A number with its share beside it, both in columns of their own.

export function Numbers({ main, share }: { main: string; share: string }) {
  return (
    <span class="numbers">
      <span>{main}</span>
      <span class="share">{share}</span>
    </span>
  );
}
