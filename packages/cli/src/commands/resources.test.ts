import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Place } from "../test-kit.ts";

let place: Place;
beforeEach(() => {
  place = new Place();
});
afterEach(() => place.remove());

describe("resources", () => {
  test("are added, listed, shown, read, changed and removed", async () => {
    await place.run(["profiles", "create", "work"]);
    const words = ["resources", "add", "notes://today", "--text", "Hello", "--profile", "work"];
    const added = await place.run([...words, "--tag", "a,b"]);
    expect(added).toMatchObject({ exit: 0, out: "Added “notes://today”.\n", err: "" });
    expect((await place.run(["resources", "list"])).out).toMatch(
      /^notes:\/\/today +on +5 B of text +work +a,b$/m,
    );
    expect(await place.json(["resources", "list", "--tag", "c"])).toEqual([]);
    const seen = await place.run(["resources", "list", "--profile", "work"]);
    expect(seen.out).toMatch(/^notes:\/\/today +\(local\)/m);
    expect((await place.run(["resources", "show", "notes://today"])).out).toMatch(/^Name +today$/m);
    expect((await place.run(["resources", "read", "notes://today"])).out).toBe("Hello\n");
    const edit = ["resources", "edit", "notes://today", "--mime", "text/markdown", "--unset-tags"];
    expect((await place.run([...edit, "--disable"])).out).toBe("Changed “notes://today”.\n");
    expect(await place.json(["resources", "show", "notes://today"])).toMatchObject({
      mimeType: "text/markdown",
      enabled: false,
      tags: [],
    });
    expect((await place.run(["resources", "remove", "notes://today"])).out).toBe(
      "Removed “notes://today”.\n",
    );
    expect(await place.json(["resources", "list"])).toEqual([]);
  });

  test("are a copy of a file, text or bytes", async () => {
    place.write("a.md", "# A");
    writeFileSync(join(place.directory, "b.png"), Buffer.from([0x89, 0x50, 0, 255]));
    await place.run(["resources", "add", "a:md", "--file", "a.md"]);
    await place.run(["resources", "add", "b:png", "--file", "b.png"]);
    place.write("a.md", "changed");
    expect((await place.run(["resources", "read", "a:md"])).out).toBe("# A\n");
    const { out } = await place.run(["resources", "read", "b:png"]);
    expect(out).toMatch(
      /^4 B of application\/octet-stream, SHA-256 [0-9a-f]{64}\. --out FILE writes it\.\n$/,
    );
    await place.run(["resources", "read", "b:png", "--out", "c.png"]);
    expect([...readFileSync(join(place.directory, "c.png"))]).toEqual([0x89, 0x50, 0, 255]);
  });

  test("are files of a root and templates", async () => {
    const folder = join(place.directory, "docs");
    mkdirSync(folder);
    writeFileSync(join(folder, "a.md"), "A");
    const root = pathToFileURL(folder).href;
    await place.run(["roots", "add", root, "--name", "Docs"]);
    const words = ["resources", "add", "docs://{name}", "--root", root, "--path", "{name}.md"];
    expect(await place.json(words)).toMatchObject({ isTemplate: true, problem: null });
    const read = await place.run(["resources", "read", "docs://{name}", "--var", "name=a"]);
    expect(read.out).toBe("A\n");
    expect((await place.run(["roots", "list"])).out).toMatch(/ +Docs +on +1 +- +-$/m);
    const gone = await place.run(["resources", "read", "docs://{name}", "--var", "name=b"]);
    expect(gone).toMatchObject({ exit: 1, out: "" });
    expect(gone.err).toContain(`{name}.md in ${root} cannot be read: there is no such file now.`);
    await place.run(["roots", "edit", root, "--disable"]);
    const off = await place.run(["resources", "read", "docs://{name}", "--var", "name=a"]);
    expect(off).toMatchObject({ exit: 1, err: expect.stringContaining("not there any more") });
    expect((await place.run(["resources", "list"])).out).toMatch(/^docs:\/\/\{name\} +problem/m);
    const removed = await place.run(["roots", "remove", root]);
    expect(removed.out).toBe(`Removed “${root}”.\n`);
    expect(removed.err).toContain("It had the files of 1 resource, which nobody can read now");
    expect(await place.json(["resources", "show", "docs://{name}"])).toMatchObject({
      content: { kind: "file", root: null, path: "{name}.md" },
      problem: { code: "resource_root_missing" },
    });
  });

  test.each([
    [["add", "a:b"], 2, "Give --text, --file, or --root with --path."],
    [["add", "a:b", "--text", "x", "--file", "y"], 2, "Give one of"],
    [["add", "a:b", "--root", "file:///x"], 2, "go together"],
    [["add", "a:b", "--file", "gone"], 1, "gone cannot be read"],
    [["add", "a b", "--text", "x"], 3, "uri: A resource's URI begins with a scheme"],
    [["add", "a:{x}", "--text", "{{ y }}"], 3, "content.text: “y” is not a variable of the URI."],
    [["add", "a:b", "--text", "x", "--mime", "nonsense"], 3, "mimeType: A MIME type"],
    [["add", "a:b", "--text", "x", "--profile", "none"], 1, "There is no profile “none”."],
    [["edit", "a:b"], 2, "Nothing to change was given."],
    [["edit", "a:b", "--title", "x"], 1, "The gateway has no resource “a:b” of its own."],
    [["read", "a:b", "--var", "x=1", "--var", "x=2"], 2, "--var gives “x” twice."],
    [["read", "a:b", "--var", "x"], 2, "--var takes NAME=VALUE."],
    [["list", "--profile", "x", "--tag", "y"], 2, "not both"],
  ])("%j is refused with %i", async (words, exit, sentence) => {
    const ran = await place.run(["resources", ...words]);
    expect(ran).toMatchObject({ exit, err: expect.stringContaining(sentence) });
    expect(await place.json(["resources", "list"])).toEqual([]);
  });
});

describe("roots", () => {
  test.each(["file:///C:/Users/me", String.raw`file:///C:\Users\me`, "https://example.com/x"])(
    "%s is kept as it is and given to profiles",
    async (uri) => {
      await place.run(["profiles", "create", "work"]);
      expect(await place.json(["roots", "add", uri, "--profile", "work"])).toMatchObject({ uri });
      expect(await place.json(["profiles", "show", "work"])).toMatchObject({ roots: [{ uri }] });
      await place.run(["roots", "edit", uri, "--name", "One"]);
      expect(await place.json(["roots", "list"])).toMatchObject([{ uri, name: "One" }]);
    },
  );

  test.each([
    [["add", "/home/me"], 3, "a folder as file:///home/me/docs or file:///C:/Users/me/docs."],
    [["add", "https://me:CANARY@example.com"], 3, "no password"],
    [["edit", "file:///x"], 2, "Nothing to change was given."],
    [["remove", "file:///x"], 1, "The gateway has no root “file:///x” of its own."],
  ])("%j is refused with %i", async (words, exit, sentence) => {
    const ran = await place.run(["roots", ...words]);
    expect(ran).toMatchObject({ exit, err: expect.stringContaining(sentence) });
    expect(ran.err).not.toContain("CANARY");
    expect(await place.json(["roots", "list"])).toEqual([]);
  });

  test("are there once", async () => {
    await place.run(["roots", "add", "file:///x"]);
    const ran = await place.run(["roots", "add", "file:///x"]);
    expect(ran).toMatchObject({ exit: 4, err: expect.stringContaining("exists already") });
    expect(existsSync(place.dataDir)).toBe(true);
  });
});
