import { expect, test } from "vitest";
import { asUser, findAccount, parseAccount } from "./account.ts";

test("a line of passwd is read, anything else is not an account", () => {
  expect(parseAccount("ada:x:1000:1001:Ada,,,:/home/ada:/bin/bash\n")).toEqual({
    name: "ada",
    uid: 1000,
    gid: 1001,
    home: "/home/ada",
  });
  for (const line of ["", "ada", "ada:x:one:1001::/home/ada:", "ada:x:1000:1001:::"]) {
    expect(parseAccount(line)).toBeNull();
  }
});

test("a program is started with the user's identity and groups", () => {
  const ada = { name: "ada", uid: 1000, gid: 1001, home: "/home/ada" };
  expect(asUser(ada, "electron", ["."])).toEqual({
    program: "setpriv",
    args: ["--reuid=1000", "--regid=1001", "--init-groups", "electron", "."],
  });
  expect(asUser({ ...ada, uid: 65534 }, "electron", []).args).toContain("--clear-groups");
  expect(asUser(null, "electron", ["."])).toEqual({ program: "electron", args: ["."] });
});

test.runIf(process.platform === "linux")("users of this system are found by name", async () => {
  expect(await findAccount("root")).toMatchObject({ uid: 0, gid: 0 });
  expect(await findAccount("no-such-user-here")).toBeNull();
});
