import { expect, test } from "vitest";
import { environmentFor, environmentOf, launchCommand } from "./launch.ts";

const electron = {
  executable: "/e/electron",
  dist: "/e",
  version: "33.2.1",
  nativeBinding: "/b/better_sqlite3.node",
  origin: "fallback",
} as const;
const ada = { name: "ada", uid: 4_000_000, gid: 4_000_000, home: "/home/ada" };

test("the app gets the fallback's binding and nothing that changes what Electron is", () => {
  const env = {
    PATH: "/bin",
    ELECTRON_RUN_AS_NODE: "1",
    NODE_OPTIONS: "--inspect",
    npm_lifecycle_event: "start",
  };
  expect(environmentFor(electron, env)).toEqual({
    PATH: "/bin",
    LOCAL_MCP_SQLITE_BINDING: "/b/better_sqlite3.node",
  });
  expect(environmentFor({ nativeBinding: null }, { PATH: "/bin" })).toEqual({ PATH: "/bin" });
});

test("another user has their own home and nothing of root's session", () => {
  const env = {
    PATH: "/bin",
    DISPLAY: ":1",
    HOME: "/root",
    USER: "root",
    XDG_RUNTIME_DIR: "/run/0",
  };
  expect(environmentOf(ada, env)).toEqual({
    PATH: "/bin",
    DISPLAY: ":1",
    HOME: "/home/ada",
    USER: "ada",
    LOGNAME: "ada",
  });
});

test("the app's folder comes first, then its arguments, and the sandbox stays on", () => {
  const command = launchCommand(electron, { app: "/app", args: ["--hidden"], env: {} });
  expect(command).toMatchObject({ program: "/e/electron", args: ["/app", "--hidden"] });
  const other = launchCommand(electron, { app: "/app", account: ada, env: {} });
  expect(other.program).toBe("setpriv");
  expect(other.args.slice(-2)).toEqual(["/e/electron", "/app"]);
  expect([...command.args, ...other.args].join(" ")).not.toContain("no-sandbox");
});
