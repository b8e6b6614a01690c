import type { WindowBounds } from "./desktop-state.ts";

export interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

export const DEFAULT_SIZE = { width: 1120, height: 740 };
export const MIN_SIZE = { width: 800, height: 560 };

/** Of a remembered window this much has to be on one screen, so that it can be taken hold of. */
const GRIP = { width: 200, height: 100 };

/**
 * Where the window goes: where it was, pulled back where screens have gone or shrunk since.
 * Without a position the system chooses one.
 */
export function placeWindow(
  saved: WindowBounds | null,
  screens: readonly Area[],
): Partial<Area> & { width: number; height: number } {
  if (!saved || screens.length === 0) return DEFAULT_SIZE;
  const screen = screens.toSorted((a, b) => overlap(saved, b) - overlap(saved, a))[0];
  if (!screen) return DEFAULT_SIZE;
  const width = within(saved.width, MIN_SIZE.width, Math.max(screen.width, MIN_SIZE.width));
  const height = within(saved.height, MIN_SIZE.height, Math.max(screen.height, MIN_SIZE.height));
  if (overlap(saved, screen) === 0) {
    return {
      x: screen.x + Math.max(0, Math.round((screen.width - width) / 2)),
      y: screen.y + Math.max(0, Math.round((screen.height - height) / 2)),
      width,
      height,
    };
  }
  return {
    x: within(saved.x, screen.x + GRIP.width - width, screen.x + screen.width - GRIP.width),
    // The title bar has to stay on the screen, since it is what moves a window.
    y: within(saved.y, screen.y, screen.y + screen.height - GRIP.height),
    width,
    height,
  };
}

const overlap = (a: Area, b: Area): number => {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return Math.max(0, width) * Math.max(0, height);
};

const within = (value: number, least: number, most: number): number =>
  Math.min(Math.max(value, least), most);
