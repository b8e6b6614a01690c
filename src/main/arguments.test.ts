import { expect, test } from "vitest";
import { readArguments, sameData } from "./arguments.ts";

test("what is ours is read and what others put there is left", () => {
  const launched = readArguments(
    [
      "--inspect=0",
      "--remote-debugging-port=0",
      ".",
      "--data-dir",
      "d a",
      "--config-env=x.env",
      "--hidden",
      "--password-store=basic",
      "local-mcp-gateway://open/servers",
      "team.json",
      "readme.md",
      "/etc/mcp.TOML",
      "old.age",
    ],
    "/home/ada",
  );
  expect(launched).toEqual({
    dataDir: "d a",
    configEnv: "x.env",
    hidden: true,
    showRunning: false,
    links: ["local-mcp-gateway://open/servers"],
    files: ["/home/ada/team.json", "/etc/mcp.TOML", "/home/ada/old.age"],
  });
});

test("an option without a value is as good as none, and the last one counts", () => {
  expect(readArguments(["--data-dir"], "/").dataDir).toBeUndefined();
  expect(readArguments(["--data-dir="], "/").dataDir).toBeUndefined();
  expect(readArguments(["--data-dir=a", "--data-dir", "b"], "/").dataDir).toBe("b");
  expect(readArguments(["--show-running"], "/").showRunning).toBe(true);
});

test("the app is started again on the same data", () => {
  const launched = readArguments(["--data-dir", "a", "--config-env", "b", "--hidden"], "/");
  expect(sameData(launched)).toEqual(["--data-dir", "a", "--config-env", "b"]);
  expect(sameData(readArguments([], "/"))).toEqual([]);
});
