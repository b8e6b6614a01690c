/** How fast something grows, and between what it lies with 95 % confidence; per unit of `x`. */
export interface Slope {
  slope: number;
  low: number;
  high: number;
}

/** Of the normal distribution, both sides together 5 %. */
const Z_95 = 1.96;

/**
 * The median of the slopes between all pairs of points (Theil–Sen), which a few bad points do not
 * move, with the limits of Sen (1968, JASA 63, p. 1379): by how many pairs could go the other way by
 * chance. At least three points.
 */
export const slopeOf = (points: readonly { x: number; y: number }[]): Slope => {
  const slopes = points
    .flatMap((one, index) =>
      points
        .slice(index + 1)
        .filter(({ x }) => x !== one.x)
        .map(({ x, y }) => (y - one.y) / (x - one.x)),
    )
    .toSorted((a, b) => a - b);
  const { length: n } = points;
  const pairs = slopes.length;
  if (n < 3 || pairs === 0) throw new Error("too few points for a slope");
  const spread = Z_95 * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  const at = (place: number): number =>
    slopes[Math.min(pairs - 1, Math.max(0, Math.round(place)))] ?? Number.NaN;
  return {
    slope: (at((pairs - 1) / 2 - 0.25) + at((pairs - 1) / 2 + 0.25)) / 2,
    low: at((pairs - spread) / 2 - 1),
    high: at((pairs + spread) / 2),
  };
};
