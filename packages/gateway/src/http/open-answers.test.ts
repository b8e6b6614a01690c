import { ServerResponse, IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Principal } from "../tokens/principal.ts";
import { OpenAnswers } from "./open-answers.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"] });
});

afterEach(() => {
  vi.useRealTimers();
});

const response = (): ServerResponse => new ServerResponse(new IncomingMessage(new Socket()));

const who = (changes: Partial<Principal> = {}): Principal => ({
  kind: "token",
  tokenId: "t",
  name: "a",
  profileId: null,
  rights: ["use"],
  expiresAt: null,
  ...changes,
});

it("breaks off what is a token's own, and gives what ends by itself a moment", () => {
  const open = new OpenAnswers();
  const [api, stream, others] = [response(), response(), response()];
  open.add(api, who(), false);
  open.add(stream, who(), true);
  open.add(others, who({ tokenId: "u" }), false);
  open.endOf("t");
  expect([api, stream, others].map(({ destroyed }) => destroyed)).toEqual([true, false, false]);
  vi.advanceTimersByTime(1000);
  expect([stream, others].map(({ destroyed }) => destroyed)).toEqual([true, false]);
});

it("forgets what is over, and knows who has something open", () => {
  const open = new OpenAnswers();
  const [one, two] = [response(), response()];
  open.add(one, who(), false);
  open.add(two, who(), false);
  one.emit("close");
  expect(open.has("t")).toBe(true);
  two.emit("close");
  expect(open.has("t")).toBe(false);
  open.endOf("t");
  expect([one.destroyed, two.destroyed]).toEqual([false, false]);
});

it("ends what a signed token has open when the token ends", () => {
  const open = new OpenAnswers();
  const ends = { tokenId: null, name: "jwt:ci" };
  const [soon, over, late] = [response(), response(), response()];
  open.add(soon, who({ ...ends, expiresAt: Date.now() + 60_000 }), true);
  open.add(over, who({ ...ends, expiresAt: Date.now() + 60_000 }), true);
  open.add(late, who({ ...ends, expiresAt: Date.now() + 2 ** 40 }), true);
  over.emit("close");
  vi.advanceTimersByTime(59_999);
  expect(soon.destroyed).toBe(false);
  vi.advanceTimersByTime(1);
  expect([soon, over, late].map(({ destroyed }) => destroyed)).toEqual([true, false, false]);
  expect(open.has("jwt:ci")).toBe(true);
});
