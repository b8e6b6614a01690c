import { expect, test } from "vitest";
import { closingText } from "./closing-text.ts";

const nothing = { servers: 0, processes: 0, forced: [], left: [] };

test.each([
  [nothing, null],
  [{ ...nothing, servers: 1, processes: 1 }, "Stopped. Ended 1 server (1 process)."],
  [{ ...nothing, servers: 5, processes: 12 }, "Stopped. Ended 5 servers (12 processes)."],
  [
    { servers: 5, processes: 12, forced: ["a", "b"], left: ["c"] },
    "Stopped. Ended 5 servers (12 processes). Had to be killed: a, b. Could not be ended: c.",
  ],
  [{ ...nothing, left: ["c"] }, "Stopped. Ended 0 servers (0 processes). Could not be ended: c."],
])("%j is told as %j", (ended, text) => {
  expect(closingText(ended)).toBe(text);
});
