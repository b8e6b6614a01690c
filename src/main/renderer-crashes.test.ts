import { expect, test } from "vitest";
import { RendererCrashes } from "./renderer-crashes.ts";

test("one crash is an accident, two in a minute are not", () => {
  let now = 0;
  const crashes = new RendererCrashes(() => now);
  expect(crashes.next()).toBe("reload");
  now += 59_999;
  expect(crashes.next()).toBe("ask");
  now += 60_000;
  expect(crashes.next()).toBe("reload");
});
