import { expect, test } from "vitest";
import { tooBig } from "./free-space.ts";

test.each([
  [980_000, 970_000, "1 MB", "0.9 MB"],
  [480_000, 0, "0.5 MB", "0 MB"],
  [2 ** 20 + 1, 2 ** 20, "1.1 MB", "1 MB"],
])("%i bytes do not fit into %i, and do not read as if they did", (needs, has, needed, free) => {
  expect(tooBig("a.age", needs, has)).toMatchObject({
    code: "backup_too_big",
    params: { name: "a.age", needed, free },
  });
});
