const width = 320;
const height = 40;
const edge = 4;

/** Errors from resync to resync; the table below has the figures. */
export function Trend({ errors }: { errors: readonly number[] }) {
  if (errors.length < 2) return null;
  const most = Math.max(1, ...errors);
  const points = errors.map((count, index) => {
    const x = edge + (index * (width - 2 * edge)) / (errors.length - 1);
    const y = height - edge - (count * (height - 2 * edge)) / most;
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  return (
    <figure className="trend__figure">
      <figcaption className="small soft">Errors, from the oldest to the newest</figcaption>
      <svg
        className="trend"
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`Errors of its resyncs, oldest to newest: ${errors.join(', ')}`}
      >
        <polyline points={points.join(' ')} />
        {points.map((point) => {
          const [x, y] = point.split(',');
          return <circle key={x} cx={x} cy={y} r="3" />;
        })}
      </svg>
    </figure>
  );
}
