import { expect, test } from "vitest";
import { missingPackages, offeredName, PACKAGES } from "./system.ts";

test("what is installed under either name is not missing", () => {
  const all = PACKAGES.map((name) => `installed ${name}`).join("\n");
  expect(missingPackages(all)).toEqual([]);
  expect(missingPackages(all.replace("libgtk-3-0", "libgtk-3-0t64"))).toEqual([]);
  expect(missingPackages(all.replace("installed xvfb", "config-files xvfb"))).toEqual(["xvfb"]);
  expect(missingPackages("")).toEqual(PACKAGES);
});

test("the newer name is taken where the system offers it", async () => {
  expect(await offeredName("libasound2", async (name) => name.endsWith("t64"))).toBe(
    "libasound2t64",
  );
  expect(await offeredName("libasound2", async () => false)).toBe("libasound2");
});
