import { expect, test } from "vitest";
import { readArguments } from "./arguments.ts";
import { fitsInMessage, handOver, takeOver, withoutWhatToOpen } from "./hand-over.ts";

const linkOf = (length: number): string =>
  `local-mcp-gateway://add-servers?text=${"x".repeat(length)}`;

test("what is handed over arrives whole, whatever signs are in it", () => {
  const links = Array.from(
    { length: 9 },
    (_, index) => `local-mcp-gateway://open/servers/${index}`,
  );
  const launched = readArguments([...links, "/home/林/my servers.json"], "/");
  const sent = handOver(launched);
  expect(sent.launched).toMatch(/^[A-Za-z0-9+/=]+$/);
  expect(takeOver(sent)).toEqual(launched);
});

test("what somebody else sends is nothing", () => {
  for (const data of [null, undefined, "x", {}, { launched: 1 }, { launched: "e30=" }])
    expect(takeOver(data)).toBeNull();
});

test("a message that would not be answered is known by its size", () => {
  const fits = (...args: string[]): boolean =>
    fitsInMessage(["app", ...args], "/home/ada", readArguments(args, "/home/ada"));
  expect(fits(linkOf(10_000))).toBe(true);
  expect(fits(linkOf(13_000))).toBe(false);
  // Written as JSON some signs are longer, and all of it is sent.
  expect(fits(linkOf(1).replace("x", "\u0001".repeat(4000)))).toBe(false);
});

test("what is left of such a launch opens the app on the same data", () => {
  const args = [".", "--data-dir", "/d", "--x=a.json", linkOf(1), "/team.json", "--hidden"];
  expect(withoutWhatToOpen(args)).toEqual([".", "--data-dir", "/d", "--x=a.json", "--hidden"]);
});
