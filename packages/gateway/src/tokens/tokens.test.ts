import { afterEach, expect, it, vi } from "vitest";
import { Tokens } from "./tokens.ts";

afterEach(() => {
  vi.useRealTimers();
});

it("a disk that is full costs no more than when a token was last used", () => {
  vi.useFakeTimers();
  const problems: string[] = [];
  const touched: string[][] = [];
  let isFull = true;
  const tokens = new Tokens({
    store: {
      list: () => [],
      insert: () => {},
      delete: () => true,
      touch: (lastUsed) => {
        if (isFull) throw new Error("database or disk is full");
        touched.push([...lastUsed.keys()]);
      },
    },
    profileSlug: () => null,
    admin: null,
    log: { info: () => {}, warn: () => {}, error: (message) => void problems.push(message) },
  });
  const { id, token } = tokens.create({ name: "a", profileId: null, rights: ["use"] });
  tokens.authenticate(`Bearer ${token}`);
  vi.advanceTimersByTime(30_000);
  expect(problems).toEqual(["the use of tokens could not be written"]);
  isFull = false;
  tokens.close();
  expect(touched).toEqual([[id]]);
});
