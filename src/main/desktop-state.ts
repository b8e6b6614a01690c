import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { settings } from "@local-mcp/contract";
import { z } from "zod";

const windowBounds = z.object({
  x: z.number().int(),
  y: z.number().int(),
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  maximized: z.boolean(),
});
export type WindowBounds = z.infer<typeof windowBounds>;

const desktopState = z.object({
  window: windowBounds.nullable().catch(null),
  /** When each notification was last shown, ms since 1970. */
  notified: z.record(z.string(), z.number()).catch({}),
  /** The setting of that name, so that the first window has its colours before it is read. */
  appearance: settings.shape.appearance.catch("system"),
});
type State = z.infer<typeof desktopState>;

/**
 * What the app remembers of this desktop and of nothing else; losing it costs a window position.
 * One small file, written whole.
 */
export class DesktopState {
  readonly #path: string;
  readonly #onFailure: (error: unknown) => void;
  #state: State;

  constructor(path: string, onFailure: (error: unknown) => void) {
    this.#path = path;
    this.#onFailure = onFailure;
    this.#state = read(path);
  }

  get(): State {
    return this.#state;
  }

  update(changes: Partial<State>): void {
    this.#state = { ...this.#state, ...changes };
    const temporary = `${this.#path}.tmp`;
    try {
      mkdirSync(dirname(this.#path), { recursive: true });
      writeFileSync(temporary, JSON.stringify(this.#state), { mode: 0o600 });
      renameSync(temporary, this.#path);
    } catch (error) {
      this.#onFailure(error);
    }
  }
}

const read = (path: string): State => {
  try {
    return desktopState.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    // Absent or damaged: it is only where the window was.
    return desktopState.parse({});
  }
};
