import { spawn } from "node:child_process";
import { once } from "node:events";

export interface Display {
  /** For the variable DISPLAY. */
  name: string;
  close(): void;
}

/** A display of our own, so that nothing shows up on that of a person. Needs Xvfb. */
export const openDisplay = async (): Promise<Display> => {
  const server = spawn("Xvfb", ["-displayfd", "3", "-screen", "0", "2800x1800x24", "-noreset"], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
  });
  const pipe = server.stdio[3];
  if (!pipe) throw new Error("Xvfb has no pipe to tell its display on.");
  const [number]: unknown[] = await Promise.race([
    once(pipe, "data"),
    once(server, "exit").then(([code]) => {
      throw new Error(`Xvfb ended with ${code} before it had a display.`);
    }),
  ]);
  return { name: `:${String(number).trim()}`, close: () => server.kill() };
};
