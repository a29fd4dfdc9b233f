// The growth of a leak in a small picture: a point for each snapshot, the first and the last with its number.

const WIDTH = 176;
const HEIGHT = 84;
const LEFT = 10;
const RIGHT = 10;
const TOP = 22;
const BOTTOM = 12;

export interface SparklineProps {
  values: number[];
  names: string[];
  print: (value: number) => string;
  /** "objects" */
  what: string;
}

export function Sparkline({ values, names, print, what }: SparklineProps) {
  if (values.length < 2) return null;
  const points = pointsOf(values);
  const line = points.map(([x, y]) => `${x},${y}`).join(' ');
  const [[firstX, firstY]] = points;
  const [lastX, lastY] = points[points.length - 1];
  const spoken = values.map((value, at) => `${names[at] ?? at + 1}: ${print(value)}`).join(', ');
  return (
    <svg
      class="sparkline"
      role="img"
      aria-label={`More ${what} than in the first snapshot. ${spoken}.`}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width={WIDTH}
      height={HEIGHT}
    >
      <line class="axis" x1={LEFT} x2={WIDTH - RIGHT} y1={HEIGHT - BOTTOM} y2={HEIGHT - BOTTOM} />
      <polygon class="area" points={`${firstX},${HEIGHT - BOTTOM} ${line} ${lastX},${HEIGHT - BOTTOM}`} />
      <polyline class="curve" points={line} />
      {points.map(([x, y], at) => (
        <circle
          key={at}
          class={at === points.length - 1 ? 'dot is-last' : 'dot'}
          cx={x}
          cy={y}
          r={at === points.length - 1 ? 4 : 2.5}
        />
      ))}
      <text class="first" x={firstX - 4} y={firstY - 8}>
        {print(values[0])}
      </text>
      <text class="last" x={lastX + 6} y={lastY - 10} text-anchor="end">
        {print(values[values.length - 1])}
      </text>
    </svg>
  );
}

function pointsOf(values: number[]): [number, number][] {
  const most = Math.max(...values);
  const least = Math.min(...values, 0);
  const span = most - least || 1;
  return values.map((value, at) => [
    round(LEFT + (at / (values.length - 1)) * (WIDTH - LEFT - RIGHT)),
    round(TOP + (1 - (value - least) / span) * (HEIGHT - TOP - BOTTOM)),
  ]);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
