import { englishDuration } from "dagfill/planning";

const WIDTH = 260;
const HEIGHT = 44;

/** Finish time against parallel runs: shows where more lanes stop helping. */
export function Curve({
  curve,
  lanes,
}: {
  curve: readonly { lanes: number; makespan: number }[];
  lanes: number;
}) {
  const longest = curve[0]?.makespan ?? 0;
  if (curve.length < 2 || longest === 0) return null;
  const x = (count: number) => 4 + (Math.log2(Math.min(64, count)) / 6) * (WIDTH - 8);
  const y = (makespan: number) => HEIGHT - 4 - (makespan / longest) * (HEIGHT - 10);
  const line = curve.map((point) => `${x(point.lanes).toFixed(1)},${y(point.makespan).toFixed(1)}`).join(" ");
  const ends = curve.map((point) => `${point.lanes}: ${englishDuration(point.makespan)}`).join(", ");
  return (
    <figure className="curve">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`Time to finish by parallel runs. ${ends}`}
      >
        <polyline points={line} />
        <line x1={x(lanes)} x2={x(lanes)} y1="2" y2={HEIGHT - 2} />
      </svg>
      <figcaption>
        1 lane {englishDuration(longest)}, 64 lanes {englishDuration(curve.at(-1)?.makespan ?? 0)}
      </figcaption>
    </figure>
  );
}
