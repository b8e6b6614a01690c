import type { GatewayStatus } from "@local-mcp/contract";

/** What the icon says by its shape: a disc, a disc with a notch and a dot, a slashed ring. */
export type TrayShape = "serving" | "attention" | "not_serving";

export const trayShape = (state: GatewayStatus["state"]): TrayShape =>
  state === "attention" || state === "not_serving" ? state : "serving";

/** Points of one pixel that are looked at in each direction, so that edges are smooth. */
const SAMPLES = 4;

/**
 * The icon as premultiplied BGRA pixels, which is what Electron's `createFromBitmap` takes. Drawn
 * and not loaded, so that each size and colour is exact.
 *
 * @param size of one side, in pixels
 * @param grey 0 for black, which macOS takes as a template, 255 for white
 */
export function drawTrayIcon(shape: TrayShape, size: number, grey: number): Buffer {
  const pixels = Buffer.alloc(size * size * 4);
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      const alpha = Math.round(coverage(shape, x, y, size) * 255);
      const value = Math.round((grey * alpha) / 255);
      pixels.set([value, value, value, alpha], (y * size + x) * 4);
    }
  }
  return pixels;
}

/** How much of a pixel is drawn, from 0 to 1. */
const coverage = (shape: TrayShape, x: number, y: number, size: number): number => {
  let hits = 0;
  for (let sample = 0; sample < SAMPLES * SAMPLES; sample += 1) {
    const sx = x + ((sample % SAMPLES) + 0.5) / SAMPLES;
    const sy = y + (Math.floor(sample / SAMPLES) + 0.5) / SAMPLES;
    // The shapes are described in a square from -1 to 1.
    if (SHAPES[shape]((sx / size) * 2 - 1, (sy / size) * 2 - 1)) hits += 1;
  }
  return hits / (SAMPLES * SAMPLES);
};

const DISC = 0.82;
const RING = 0.56;
const DOT = { x: 0.6, y: -0.6, radius: 0.26, gap: 0.44 };
const SLASH = { halfWidth: 0.11, gap: 0.25, length: 0.98 };

const SHAPES: Record<TrayShape, (x: number, y: number) => boolean> = {
  serving: (x, y) => Math.hypot(x, y) <= DISC,
  attention: (x, y) => {
    const toDot = Math.hypot(x - DOT.x, y - DOT.y);
    return toDot <= DOT.radius || (toDot > DOT.gap && Math.hypot(x, y) <= DISC);
  },
  not_serving: (x, y) => {
    const across = Math.abs(x - y) / Math.SQRT2;
    const along = Math.abs(x + y) / Math.SQRT2;
    if (across <= SLASH.halfWidth && along <= SLASH.length) return true;
    const radius = Math.hypot(x, y);
    return radius <= DISC && radius >= RING && across > SLASH.gap;
  },
};
