import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Place } from "../test-kit.ts";

let place: Place;
beforeEach(() => {
  place = new Place();
});
afterEach(() => place.remove());

describe("settings", () => {
  test("are stored, shown with what decides them, and reset", async () => {
    const port = { key: "port", value: 4444, default: 4444, source: "default" };
    expect(await place.json(["settings", "get", "port"])).toEqual(port);
    const set = await place.run(["settings", "set", "port", "5001"]);
    expect(set).toMatchObject({ exit: 0, out: "port is 5001 now.\n" });
    expect((await place.run(["settings", "get", "port"])).out).toBe("5001\n");
    const list = await place.run(["settings", "list"]);
    expect(list.out).toMatch(/^port +5001 +stored +4444$/m);
    expect(list.out).toMatch(/^proxy +\(empty\) +default +\(empty\)$/m);
    expect((await place.run(["settings", "reset", "port"])).out).toBe("port is 4444 now.\n");
    expect(await place.json(["settings", "get", "port"])).toEqual(port);
  });

  test("of every type", async () => {
    await place.run(["settings", "set", "startAtLogin", "true"]);
    await place.run(["settings", "set", "appearance", "dark"]);
    await place.run(["settings", "set", "noProxy", "example.com,.test"]);
    expect(await place.json(["settings", "list"])).toEqual(
      expect.arrayContaining([
        { key: "startAtLogin", value: true, default: false, source: "stored" },
        { key: "appearance", value: "dark", default: "system", source: "stored" },
        { key: "noProxy", value: "example.com,.test", default: "", source: "stored" },
      ]),
    );
  });

  test.each([
    [["set", "ports", "1"], 2, "There is no setting “ports”, but port, host,"],
    [["set", "port", "many"], 2, "port takes a whole number, not “many”."],
    [["set", "askBeforeQuit", "yes"], 2, "askBeforeQuit takes true or false, not “yes”."],
    [["set", "port", "70000"], 3, "port: "],
    [["set", "proxy", "http://me:secret@proxy:1"], 3, "proxy: Write http://host:port, direct,"],
    [["set", "extraCaFile", "ca.pem"], 1, "ca.pem cannot be read: it has to be the whole path"],
    [["get", "ports"], 2, "There is no setting “ports”"],
  ])("%j is refused with %i", async (words, exit, sentence) => {
    const ran = await place.run(["settings", ...words]);
    expect(ran).toMatchObject({ exit, err: expect.stringContaining(sentence) });
    expect(ran.err).not.toContain("secret@");
    expect(JSON.stringify(await place.json(["settings", "list"]))).not.toContain("stored");
  });

  test("that the environment decides are not stored in vain", async () => {
    const env = { PORT: "5002" };
    const ran = await place.run(["settings", "set", "port", "5003"], { env });
    expect(ran).toMatchObject({
      exit: 4,
      err: expect.stringContaining("port is decided by PORT in the environment"),
    });
    expect(await place.json(["settings", "get", "port"])).toMatchObject({ source: "default" });
    // What was stored before may be taken back.
    await place.run(["settings", "set", "port", "5003"]);
    expect((await place.run(["settings", "reset", "port"], { env })).exit).toBe(0);
    expect(await place.json(["settings", "get", "port"])).toMatchObject({ source: "default" });
  });
});
