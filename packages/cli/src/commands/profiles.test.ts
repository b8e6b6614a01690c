import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FIXTURE, Place } from "../test-kit.ts";

let place: Place;
beforeEach(async () => {
  place = new Place();
  const tools = ["--tools", "echo,add,fail,structured"];
  await place.run(["servers", "add", "one", "--", ...FIXTURE, "--name", "one", ...tools]);
  await place.run(["servers", "add", "two", "--", ...FIXTURE, "--name", "two", "--tools", "echo"]);
});
afterEach(() => place.remove());

describe("profiles", { timeout: 30_000 }, () => {
  test("the first becomes active, another one when it is told to", async () => {
    const first = await place.run([
      "profiles",
      "create",
      "dev",
      "--servers",
      "one,two",
      "--name",
      "Dev",
    ]);
    expect(first.out).toBe("Created “dev” at /mcp/dev; /mcp serves it too.\n");
    const second = await place.run(["profiles", "create", "open", "--allow-without-token"]);
    expect(second.out).toBe("Created “open” at /mcp/open.\n");
    expect(second.err).toContain("Any program on this computer can use “open” without a token.");
    expect((await place.run(["profiles", "activate", "open"])).out).toBe(
      "/mcp now serves “open”.\n",
    );
    expect(await place.json(["profiles", "list"])).toMatchObject([
      { slug: "dev", active: false, name: "Dev", servers: [{ name: "one" }, { name: "two" }] },
      { slug: "open", active: true, allowWithoutToken: true },
    ]);
    const shown = await place.run(["profiles", "show", "dev"]);
    expect(shown.out).toMatch(/^Servers +one\n +two$/m);
    expect(shown.out).toMatch(/^Token +always needed$/m);
  });

  test("are edited, and delete nothing but themselves", async () => {
    await place.run(["profiles", "create", "dev", "--allow-without-token"]);
    const edited = await place.run([
      "profiles",
      "edit",
      "dev",
      "--slug",
      "work",
      "--require-token",
      "--names",
      "always_prefix",
    ]);
    expect(edited).toMatchObject({ exit: 0, out: "Changed “work”.\n", err: "" });
    expect(await place.json(["profiles", "show", "work"])).toMatchObject({
      allowWithoutToken: false,
      namePolicy: "always_prefix",
    });
    expect((await place.run(["profiles", "delete", "work"])).out).toBe("Deleted “work”.\n");
    expect((await place.run(["profiles", "delete", "work"])).exit).toBe(1);
    expect(await place.json(["servers", "list"])).toHaveLength(2);
    expect((await place.run(["profiles", "create", "api"])).err).toContain(
      "“api” is used by the gateway itself",
    );
  });

  test("are copied with their servers and choices, under another slug", async () => {
    await place.run(["profiles", "create", "dev", "--servers", "two,one", "--allow-without-token"]);
    await place.run(["profiles", "tools", "dev", "--disable", "add"]);
    expect((await place.run(["profiles", "duplicate", "dev", "work", "--name", "Work"])).out).toBe(
      "Copied “dev” to “work” at /mcp/work.\n",
    );
    const [dev, work] = [
      await place.json(["profiles", "tools", "dev"]),
      await place.json(["profiles", "tools", "work"]),
    ];
    expect(work).toEqual(dev);
    expect(JSON.stringify(work)).toContain('"enabled":false');
    expect(await place.json(["profiles", "show", "work"])).toMatchObject({
      name: "Work",
      active: false,
      allowWithoutToken: false,
      servers: [{ name: "two" }, { name: "one" }],
    });
    expect((await place.run(["profiles", "duplicate", "dev", "work"])).exit).toBe(4);
  });

  test("gain and lose servers", async () => {
    await place.run(["profiles", "create", "dev", "--servers", "one"]);
    expect((await place.run(["profiles", "add-server", "dev", "two", "one"])).out).toBe(
      "“dev” shows one, two.\n",
    );
    expect((await place.run(["profiles", "remove-server", "dev", "one"])).out).toBe(
      "“dev” shows two.\n",
    );
    expect(await place.run(["profiles", "remove-server", "dev", "one"])).toMatchObject({
      exit: 1,
      err: expect.stringContaining("The server “one” is not in the profile “dev”."),
    });
    expect((await place.run(["profiles", "add-server", "dev", "three"])).exit).toBe(1);
  });
});

describe("profiles tools", { timeout: 30_000 }, () => {
  beforeEach(() => place.run(["profiles", "create", "dev", "--servers", "one,two"]));

  test("several changes of one tool at a time, by any of its names", async () => {
    const changed = await place.run([
      "profiles",
      "tools",
      "dev",
      "--rename",
      "add=plus",
      "--describe",
      "add=Adds = sums",
      "--disable",
      "two:echo",
    ]);
    expect(changed.exit).toBe(0);
    expect(changed.out).toMatch(/^plus +on +one +renamed by you \(“add”\), described by you$/m);
    expect(changed.out).toMatch(/^\S*echo +off +two/m);
    const listed = await place.run(["tools", "list", "--profile", "dev"]);
    expect(listed.out).toMatch(/^plus +one +Adds = sums$/m);
    expect(listed.out).not.toMatch(/ two /);
    await place.run(["profiles", "tools", "dev", "--reset", "plus", "--enable", "two:echo"]);
    const again = await place.run(["profiles", "tools", "dev"]);
    expect(again.out).not.toMatch(/ off | by you/);
  });

  test("a name that two tools have is not guessed, one that none has is refused", async () => {
    await place.run(["profiles", "edit", "dev", "--names", "always_prefix"]);
    const both = await place.run(["profiles", "tools", "dev", "--disable", "echo"]);
    expect(both.exit).toBe(2);
    expect(both.err).toContain("“echo” is the name of several tools: one:echo, two:echo.");
    expect((await place.run(["profiles", "tools", "dev", "--disable", "nothing"])).exit).toBe(1);
    const taken = await place.run(["profiles", "tools", "dev", "--rename", "one_echo=two_echo"]);
    expect(taken.exit).toBe(4);
  });
});

describe("tools call", { timeout: 30_000 }, () => {
  beforeEach(() => place.run(["profiles", "create", "dev", "--servers", "one"]));

  test("arguments are read by the tool's schema", async () => {
    const sum = await place.run(["tools", "call", "add", "--arg", "a=40", "--arg", "b=2"]);
    expect(sum).toMatchObject({ exit: 0, out: expect.stringContaining("42") });
    const wrong = await place.run(["tools", "call", "add", "--arg", "a=x", "--arg", "b=2"]);
    expect(wrong).toMatchObject({
      exit: 3,
      err: expect.stringContaining("“a” takes JSON of the type number"),
    });
    const text = await place.json(["tools", "call", "echo", "--arg", "message=12"]);
    expect(JSON.stringify(text)).toContain("Echo: 12");
  });

  test("an object, from the line, a file or standard input", async () => {
    const file = place.write("args.json", '{"a":1,"b":2}');
    expect((await place.run(["tools", "call", "add", "--args-file", file])).out).toContain("3");
    const piped = await place.run(["tools", "call", "add", "--args-file", "-"], {
      input: '{"a":2,"b":2}',
    });
    expect(piped.out).toContain("4");
    const both = await place.run(["tools", "call", "add", "--args", '{"a":1}', "--arg", "b=4"]);
    expect(both.out).toContain("5");
    const broken = await place.run(["tools", "call", "add", "--args", '{"s3cret":']);
    expect(broken.exit).toBe(3);
    expect(broken.err).toMatch(/^The value of --args is not JSON: /);
    expect(broken.err).not.toContain("s3cret");
    expect((await place.run(["tools", "call", "add", "--args", "[]"])).exit).toBe(3);
  });

  test("an error of the tool ends with 1, and is no answer", async () => {
    const failed = await place.run(["tools", "call", "fail"]);
    expect(failed).toMatchObject({ exit: 1, out: "" });
    expect(failed.err).not.toBe("");
    const raw = await place.run(["tools", "call", "fail", "--json"]);
    expect(raw.exit).toBe(1);
    expect(JSON.parse(raw.out)).toMatchObject({ isError: true });
    expect((await place.run(["tools", "call", "nothing"])).exit).toBe(1);
  });

  test("a server that is down is named, the others' tools are there", async () => {
    await place.run(["servers", "add", "dead", "--profile", "dev", "--", "no-such-program-7"]);
    const listed = await place.run(["tools", "list", "--profile", "dev"]);
    expect(listed.exit).toBe(0);
    expect(listed.out).toMatch(/^echo +one/m);
    expect(listed.err).toMatch(/^“dead”: “no-such-program-7” was not found/);
  });

  test("without a profile there is nothing to call", async () => {
    await place.run(["profiles", "delete", "dev"]);
    expect(await place.run(["tools", "call", "echo"])).toMatchObject({
      exit: 1,
      err: expect.stringContaining("No profile is active"),
    });
  });
});
