import type { Sample } from "./sample.ts";

const WIDTH = 720;
const HEIGHT = 90;
const LEFT = 70;
const TOP = 22;
const MINUTE_MS = 60_000;

const CURVES: { title: string; read: (sample: Sample) => number | null }[] = [
  { title: "RSS, MB", read: ({ rss }) => rss },
  { title: "PSS, MB", read: ({ pss }) => pss },
  { title: "heap after a full collection, MB", read: ({ heap }) => heap },
  { title: "open handles", read: ({ handles }) => handles },
  { title: "sessions", read: ({ sessions }) => sessions },
  { title: "a steady call, p50, ms", read: ({ p50 }) => p50 },
  { title: "a steady call, p99, ms", read: ({ p99 }) => p99 },
  { title: "event-loop delay, p99, ms", read: ({ loopP99 }) => loopP99 },
];

/** A picture of all curves over the time of the traffic, one below the other, each from zero, as SVG. */
export const curves = (samples: readonly Sample[]): string => {
  const began = samples[0]?.at ?? 0;
  const span = Math.max(1, (samples.at(-1)?.at ?? 1) - began);
  const parts = CURVES.map(({ title, read }, index) => {
    const bottom = (index + 1) * (HEIGHT + TOP);
    const points = samples.flatMap((sample) => {
      const value = read(sample);
      return value === null ? [] : [{ x: LEFT + ((sample.at - began) / span) * WIDTH, value }];
    });
    const most = Math.max(1, ...points.map(({ value }) => value));
    const line = points.map(
      ({ x, value }) => `${x.toFixed(1)},${(bottom - (value / most) * HEIGHT).toFixed(1)}`,
    );
    return [
      `<text x="${LEFT}" y="${bottom - HEIGHT - 6}">${title}</text>`,
      `<text x="${LEFT - 8}" y="${bottom - HEIGHT + 8}" text-anchor="end">${most.toFixed(most < 10 ? 1 : 0)}</text>`,
      `<text x="${LEFT - 8}" y="${bottom}" text-anchor="end">0</text>`,
      `<path d="M${LEFT} ${bottom}h${WIDTH}" stroke="#999" stroke-width="0.5"/>`,
      `<polyline points="${line.join(" ")}" fill="none" stroke="#2563eb" stroke-width="1.5"/>`,
    ].join("\n");
  });
  const height = CURVES.length * (HEIGHT + TOP) + 30;
  const minutes = (span / MINUTE_MS).toFixed(0);
  const size = `viewBox="0 0 ${WIDTH + LEFT + 20} ${height}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="sans-serif" font-size="12">`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    ...parts,
    `<text x="${LEFT + WIDTH}" y="${height - 10}" text-anchor="end">${minutes} min</text>`,
    `</svg>\n`,
  ].join("\n");
};
