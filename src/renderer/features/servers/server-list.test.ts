import { expect, test } from "vitest";
import { PLAIN_SIGN_IN } from "./edit-sign-in.ts";
import { filterServers, sortServers } from "./server-list.ts";
import { aServer } from "./servers.fixture.ts";

const servers = [
  aServer({ name: "zed", title: "zed" }),
  aServer({ name: "b", title: "B", status: { state: "unconfirmed" } }),
  aServer({ name: "a10", title: "a10", status: { state: "off" } }),
  aServer({ name: "a2", title: "a2", status: { state: "retrying" } }),
  aServer({ name: "y", title: "y", status: { state: "failed" } }),
  aServer({
    name: "linear",
    title: "Linear",
    profiles: [],
    config: {
      transport: "http",
      url: "https://mcp.linear.test/mcp",
      headers: {},
      signIn: PLAIN_SIGN_IN,
    },
    status: { state: "needs_sign_in" },
  }),
];
const names = (found: typeof servers): string[] => found.map(({ name }) => name);

test("those that need a person come first, the others by title", () => {
  expect(names(sortServers(servers))).toEqual(["y", "linear", "b", "a2", "a10", "zed"]);
});

test("those whose tools changed come after those, unless they are off", () => {
  const changed = (name: string, state: "ready" | "off") =>
    aServer({ name, title: name, status: { state, changedTools: 1 } });
  const sorted = sortServers([...servers, changed("zz", "ready"), changed("zzz", "off")]);
  expect(names(sorted)).toEqual(["y", "linear", "b", "zz", "a2", "a10", "zed", "zzz"]);
});

test("a server that starts, fails for a while and gets ready keeps its place", () => {
  const order = (state: "starting" | "retrying" | "ready" | "off") =>
    names(
      sortServers([...servers.slice(0, 3), aServer({ name: "m", title: "m", status: { state } })]),
    );
  expect(order("starting")).toEqual(order("retrying"));
  expect(order("ready")).toEqual(order("off"));
});

test.each([
  ["state:failed", ["y"]],
  ["state:sign", ["linear"]],
  ["state:needs_sign_in", ["linear"]],
  ["-state:ready profile:dev", ["b", "a10", "a2", "y"]],
  ["transport:http", ["linear"]],
  ["LINEAR.test", ["linear"]],
  ["npx files a1", ["a10"]],
  ["  ", ["zed", "b", "a10", "a2", "y", "linear"]],
  ["nothing:like-this", []],
])("filter “%s”", (filter, expected) => {
  expect(names(filterServers(servers, filter))).toEqual(expected);
});
