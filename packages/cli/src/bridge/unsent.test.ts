import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { Unsent } from "./unsent.ts";

const hasRoom = async (unsent: Unsent): Promise<boolean> => {
  const room = unsent.room().then(() => true);
  return Promise.race([room, turn(false)]);
};

test("reading goes on while there is room, and again when what waits has left", async () => {
  const unsent = new Unsent(10);
  unsent.add("12345");
  const left = unsent.add("é");
  expect(await hasRoom(unsent)).toBe(true);
  unsent.add("12345");
  const waited = unsent.room();
  expect(await hasRoom(unsent)).toBe(false);
  left();
  await waited;
  // Said again it counts no more, so that one more byte is too much.
  left();
  unsent.add("1");
  expect(await hasRoom(unsent)).toBe(false);
});
