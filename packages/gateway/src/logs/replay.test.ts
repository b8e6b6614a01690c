import { describe, expect, test } from "vitest";
import { callOf, detailOf, rowOf } from "./logs.fixture.ts";
import { callToRepeat, filterOf, nearest } from "./replay.ts";

const args = { query: "disk", options: { limit: 3 } };

describe("a call that is made once more", () => {
  test("has the tool, the profile and the arguments that were recorded", () => {
    expect(callToRepeat(detailOf(callOf(args)), undefined)).toEqual({
      profile: "dev",
      name: "search",
      args,
    });
    const without = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "search" } };
    expect(callToRepeat(detailOf(without), undefined).args).toEqual({});
  });

  test("has the arguments of a person where those are given, whatever was recorded", () => {
    const lost = { request: null, contents: "level" } as const;
    expect(callToRepeat(detailOf(null, lost), { query: "other" }).args).toEqual({ query: "other" });
  });

  test.each([
    ["of a server", { kind: "upstream" }],
    ["in no profile's name", { profile: null }],
    ["that is none", { method: "tools/list", name: null }],
    ["without a name", { name: null }],
  ] as const)("is none %s", (_, parts) => {
    for (const given of [undefined, {}]) {
      expect(() => callToRepeat(detailOf(callOf(args), parts), given)).toThrow(
        expect.objectContaining({ code: "log_no_call" }),
      );
    }
  });

  test.each([
    [
      "was not recorded",
      detailOf(null, { request: null, contents: "level" }),
      "its messages were not recorded.",
    ],
    [
      "was cut off",
      detailOf(null, { request: { text: '{"par', bytes: 3_200_000, cut: true } }),
      "only 5 bytes of 3.1 MB were kept.",
    ],
    [
      "cannot be read",
      detailOf(null, { request: { text: '{"par', bytes: 5, cut: false } }),
      "what was kept of it cannot be read.",
    ],
    ["has no arguments to read", detailOf(callOf("text")), "its arguments cannot be read."],
    [
      "lacks secrets",
      detailOf(
        callOf({
          headers: { auth: "Bearer [removed: token]" },
          "[removed]": 1,
          list: ["a", "[removed: key]"],
        }),
      ),
      "secrets were removed before it was recorded: arguments.headers.auth, arguments.[removed], arguments.list[1].",
    ],
  ])("is refused where the first one %s", (_, detail, reason) => {
    expect(() => callToRepeat(detail, undefined)).toThrow(
      expect.objectContaining({ code: "log_not_whole", params: { id: 7, reason } }),
    );
  });

  test("is found among the rows that came after", () => {
    expect(filterOf({ profile: "dev", name: 'a "b", c', args: {} }, "command line")).toBe(
      'kind:request method:tools/call profile:dev tool:"a \\"b\\", c" client:"command line"',
    );
    const rows = [
      rowOf({ id: 8, at: 1000 }),
      rowOf({ id: 9, at: 1500.5 }),
      rowOf({ id: 10, at: 1600 }),
    ];
    expect(nearest(rows, 1500)).toBe(9);
    expect(nearest([], 1500)).toBe(null);
  });
});
