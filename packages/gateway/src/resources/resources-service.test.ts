import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  mkdir,
  mkdtemp,
  realpath,
  rename,
  rm,
  symlink,
  truncate,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { MAX_RESOURCE_BYTES, resourceCreate } from "@local-mcp/contract";
import { createDb } from "@local-mcp/database";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Sandbox } from "../sandbox/sandbox.ts";
import { createStores, type Stores } from "../stores.ts";
import { ResourcesService } from "./resources-service.ts";

let directory: string;
let dataDir: string;
let folder: string;
let root: string;
let stores: Stores;
let sandbox: Sandbox;
let resources: ResourcesService;
let updated: string[];
let changes: number;
beforeEach(async () => {
  directory = await realpath(await mkdtemp(join(tmpdir(), "lmg-resources-")));
  [dataDir, folder] = [join(directory, "data"), join(directory, "folder")];
  await mkdir(dataDir);
  await mkdir(join(folder, "docs"), { recursive: true });
  root = pathToFileURL(folder).href;
  stores = createStores(createDb({ path: join(dataDir, "x.db") }));
  stores.profiles.insert({ slug: "work", name: "Work" });
  stores.roots.insert({ uri: root });
  sandbox = new Sandbox();
  [updated, changes] = [[], 0];
  resources = new ResourcesService({
    stores,
    sandbox,
    dataDir,
    onChange: () => (changes += 1),
    onUpdated: (uri) => updated.push(uri),
  });
});
afterEach(async () => {
  resources.close();
  await sandbox.close();
  stores.db.close();
  await rm(directory, { recursive: true });
});

const profileId = (): string => stores.profiles.getBySlug("work")?.id ?? "";
const text = (value: string) => ({ kind: "text", text: value });
const file = (path: string) => ({ kind: "file", root, path });
const add = (uri: string, content: object, more: object = {}) =>
  resources.create(resourceCreate.parse({ uri, content, profiles: ["work"], ...more }));
const put = (path: string, value: string | Uint8Array) => writeFile(join(folder, path), value);
const read = (uri: string, profile: string | null = profileId()) =>
  resources.answer({ uri }, profile, new AbortController().signal);
const code = (expected: string) => expect.objectContaining({ code: expected });

describe("what is stored", () => {
  test("is listed and read as it was given", async () => {
    const bytes = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0, 1]);
    const made = await add("notes://hello.md", text("# Hi"), {
      title: "Hi",
      description: "A note",
    });
    expect(made).toMatchObject({
      name: "hello.md",
      mimeType: null,
      problem: null,
      profiles: ["work"],
    });
    await add("img://logo", { kind: "binary", base64: bytes.toString("base64") }, { name: "logo" });
    expect(resources.offered()(profileId())).toEqual({
      resources: [
        {
          uri: "notes://hello.md",
          name: "hello.md",
          title: "Hi",
          description: "A note",
          mimeType: "text/markdown",
          size: 4,
        },
        { uri: "img://logo", name: "logo", size: 8 },
      ],
      resourceTemplates: [],
    });
    expect(await read("notes://hello.md")).toEqual({
      contents: [{ uri: "notes://hello.md", mimeType: "text/markdown", text: "# Hi" }],
    });
    expect(await read("img://logo")).toEqual({
      contents: [{ uri: "img://logo", mimeType: "image/png", blob: bytes.toString("base64") }],
    });
    const view = resources.get("img://logo");
    expect(view.content).toMatchObject({ kind: "binary", bytes: 8 });
    expect(resources.list()).toContainEqual(view);
    expect(await resources.read("img://logo", {})).toMatchObject({
      bytes: 8,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  test("is listed with the hash of what is there now, and read for it once", async () => {
    const hash = (bytes: string) => createHash("sha256").update(bytes).digest("hex");
    const binary = (bytes: string) => ({
      kind: "binary" as const,
      base64: Buffer.from(bytes).toString("base64"),
    });
    await add("img://logo", binary("\0one"));
    const listed = () => resources.list().map(({ content }) => content);
    expect(listed()).toMatchObject([{ sha256: hash("\0one") }]);
    const rows = vi.spyOn(stores.resources, "get");
    expect(listed()).toMatchObject([{ sha256: hash("\0one") }]);
    expect(rows).not.toHaveBeenCalled();
    await resources.update("img://logo", { content: binary("\0two!") });
    expect(listed()).toMatchObject([{ sha256: hash("\0two!"), bytes: 5 }]);
  });

  test("is checked with what another change, that was begun before, has made of it", async () => {
    const { id } = await add("a:{x}", text("{{ x }}"));
    const [first, second] = await Promise.allSettled([
      resources.update(id, { uri: "a:{y}", content: { kind: "text", text: "{{ y }}" } }),
      resources.update(id, { content: { kind: "text", text: "{{ x }}!" } }),
    ]);
    expect([first.status, second.status]).toEqual(["fulfilled", "rejected"]);
    expect(stores.resources.get(id)).toMatchObject({ uri: "a:{y}", textContent: "{{ y }}" });
  });

  test("is another profile's only where that has it, and nobody's while it is off", async () => {
    await add("notes://a", text("a"));
    await expect(read("notes://a", "another")).rejects.toThrow(code("resource_not_found"));
    await expect(read("notes://a", null)).rejects.toThrow(code("resource_not_found"));
    await resources.update("notes://a", { enabled: false });
    await expect(read("notes://a")).rejects.toThrow(code("resource_not_found"));
    expect(resources.offered()(profileId()).resources).toEqual([]);
    expect(resources.absentFrom("another")).toEqual([]);
    await resources.update("notes://a", { enabled: true });
    expect(resources.absentFrom("another")).toMatchObject([{ uri: "notes://a" }]);
    expect(resources.absentFrom(profileId())).toEqual([]);
  });

  test.each([
    [{ uri: "a b" }, "uri"],
    [{ uri: "a:b", mimeType: "nonsense" }, "mimeType"],
    [{ uri: "a:b", content: { kind: "binary", base64: "%" } }, "content.base64"],
    [{ uri: "a:b", content: { kind: "file", root: "file:///a", path: "" } }, "content.path"],
  ])("%j is refused at its field", (wanted, field) => {
    const { error } = resourceCreate.safeParse({ content: text("x"), ...wanted });
    expect(error?.issues[0]?.path.join(".")).toBe(field);
  });

  test.each([
    ["a:{x}{y}", text("x"), "validation_failed", "uri"],
    ["a:{x}", text("{{ y }}"), "validation_failed", "content.text"],
    ["a:{x}", text("{% for %}"), "validation_failed", "content.text"],
    ["a:{x}", { kind: "binary", base64: "AAAA" }, "validation_failed", "content"],
    ["a:b", text("é".repeat(MAX_RESOURCE_BYTES / 2 + 1)), "resource_too_big", "content.text"],
    ["a:b", { kind: "file", root: "file:///none", path: "a" }, "local_not_found", "none"],
  ])(
    "%s of a content that cannot be is refused, and nothing is stored",
    async (uri, content, refused, told) => {
      const failure = add(uri, content);
      await expect(failure).rejects.toThrow(code(refused));
      await expect(failure).rejects.toThrow(told);
      expect(resources.list()).toEqual([]);
      expect(changes).toBe(0);
    },
  );

  test("one URI is there once, and nothing is stored where a profile is not there", async () => {
    await add("a:{x}", text("{{ x }}"));
    await expect(add("a:{x}", text(""))).rejects.toThrow(code("name_taken"));
    await expect(add("b:x", text(""), { profiles: ["nowhere"] })).rejects.toThrow(
      code("profile_not_found"),
    );
    expect(resources.list()).toHaveLength(1);
  });
});

describe("a URI template", () => {
  test("gives what its text comes to, and a URI of its own comes first", async () => {
    await add("greet://{name}", text("Hello {{ name }}!"), { mimeType: "text/plain" });
    await add("greet://all", text("Hello everybody!"));
    expect(resources.offered()(profileId()).resourceTemplates).toEqual([
      { uriTemplate: "greet://{name}", name: "name", mimeType: "text/plain" },
    ]);
    expect(await read("greet://Z%C3%BCrich")).toEqual({
      contents: [{ uri: "greet://Z%C3%BCrich", mimeType: "text/plain", text: "Hello Zürich!" }],
    });
    expect(await read("greet://all")).toMatchObject({ contents: [{ text: "Hello everybody!" }] });
    await expect(read("greet://a/b")).rejects.toThrow(code("resource_not_found"));
    await expect(read("greet://{name}")).resolves.toMatchObject({
      contents: [{ text: "Hello {name}!" }],
    });
    expect(await resources.read("greet://{name}", { name: "you & me" })).toMatchObject({
      uri: "greet://you%20%26%20me",
      text: "Hello you & me!",
    });
    await expect(resources.read("greet://{name}", {})).rejects.toThrow("“name” needs a value");
    await expect(resources.read("greet://{name}", { other: "x" })).rejects.toThrow("“other”");
  });

  test("of a text that fails says so, and that it never ends too", async () => {
    await add("bad://{x}", text("{{ x.y.z() }}"));
    await expect(read("bad://1")).rejects.toThrow(code("resource_text_failed"));
    await add(
      "long://{x}",
      text("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"),
    );
    await expect(read("long://1")).rejects.toThrow(code("sandbox_too_slow"));
    await add("good://{x}", text("{{ x }}"));
    expect(await read("good://1")).toMatchObject({ contents: [{ text: "1" }] });
  });
});

describe("a file inside of a root", () => {
  test("is text or bytes by its name and what is in it", async () => {
    await put("a.md", "# Ä");
    await put("b.bin", Buffer.from([0, 1, 2]));
    await put("c", "plain");
    await put("d", Buffer.from([0xff, 0xfe, 0]));
    await put("e.txt", Buffer.from([0xff]));
    for (const path of ["a.md", "b.bin", "c", "d", "e.txt"]) await add(`f:${path}`, file(path));
    const all = await Promise.all(
      ["a.md", "b.bin", "c", "d", "e.txt"].map((path) => read(`f:${path}`)),
    );
    expect(all.map(({ contents }) => contents)).toMatchObject([
      [{ mimeType: "text/markdown", text: "# Ä" }],
      [{ mimeType: "application/octet-stream", blob: "AAEC" }],
      [{ mimeType: "text/plain", text: "plain" }],
      [{ mimeType: "application/octet-stream", blob: "//4A" }],
      [{ mimeType: "text/plain", blob: "/w==" }],
    ]);
    expect(resources.get("f:a.md").content).toEqual({
      kind: "file",
      root: { id: stores.roots.getByUri(root)?.id, uri: root },
      path: "a.md",
    });
  });

  test("is found by the variables of its URI, one part of the path each", async () => {
    await put("docs/a.md", "A");
    await put("secret.md", "S");
    await add("docs://{name}", file("docs/{name}.md"));
    await add("all://{+path}", file("{path}"));
    expect(await read("docs://a")).toMatchObject({ contents: [{ text: "A" }] });
    expect(await read("all://docs/a.md")).toMatchObject({ contents: [{ text: "A" }] });
    for (const uri of [
      "docs://..%2Fsecret",
      "docs://..%5Csecret",
      "docs://none",
      "docs://a%00",
      "all://../data/x.db",
      "all://docs/../secret.md",
      "all:///etc/passwd",
      "all://%2E%2E/data/x.db",
    ]) {
      await expect(read(uri)).rejects.toThrow(code("resource_not_found"));
    }
  });

  test.each(["../data/x.db", "/etc/passwd", "a/../../x", "C:\\x", "a\0b", "..\\x"])(
    "%j is refused where it is written",
    async (path) => {
      await expect(add("f:x", file(path))).rejects.toThrow(code("resource_outside_root"));
      expect(resources.list()).toEqual([]);
    },
  );

  test("that a link leads out of the root is neither offered nor read, and no path is told", async () => {
    await writeFile(join(directory, "outside.txt"), "CANARY");
    await add("f:link", file("link.txt"));
    await add("t:{x}", file("{x}"));
    await symlink(join(directory, "outside.txt"), join(folder, "link.txt"));
    await symlink(directory, join(folder, "docs", "up"));
    expect(resources.offered()(profileId()).resources).toEqual([]);
    expect(resources.get("f:link").problem).toMatchObject({ code: "resource_outside_root" });
    await add("d:{+x}", file("{x}"));
    for (const uri of ["f:link", "t:link.txt", "d:docs/up/outside.txt"]) {
      const failure = await read(uri).catch(String);
      expect(failure).toContain("out of its root");
      expect(failure).not.toContain(directory);
    }
    await expect(add("f:other", file("docs/up/outside.txt"))).rejects.toThrow(
      code("resource_outside_root"),
    );
    await symlink(join(folder, "docs", "in.txt"), join(folder, "in.txt"));
    await put("docs/in.txt", "inside");
    expect(await read("t:in.txt")).toMatchObject({ contents: [{ text: "inside" }] });
  });

  test("in the gateway's own directory is nobody's, whatever root it is in", async () => {
    stores.roots.insert({ uri: pathToFileURL(directory).href });
    await expect(
      add("f:db", { kind: "file", root: pathToFileURL(directory).href, path: "data/x.db" }),
    ).rejects.toThrow(code("resource_outside_root"));
    await add("t:{+x}", { kind: "file", root: pathToFileURL(directory).href, path: "{x}" });
    await expect(read("t:data/x.db")).rejects.toThrow(code("resource_outside_root"));
    await symlink(dataDir, join(folder, "link"));
    await expect(read("t:folder/link/x.db")).rejects.toThrow(code("resource_outside_root"));
  });

  test("has to be a file of ten megabytes at most", async () => {
    await put("big", "");
    await truncate(join(folder, "big"), MAX_RESOURCE_BYTES + 1);
    execFileSync("sh", ["-c", 'mkfifo "$1"', "sh", join(folder, "pipe")]);
    await add("t:{+x}", file("{x}"));
    await expect(read("t:big")).rejects.toThrow(code("resource_too_big"));
    await expect(read("t:pipe")).rejects.toThrow(code("resource_not_a_file"));
    await expect(read("t:docs")).rejects.toThrow(code("resource_not_a_file"));
    await truncate(join(folder, "big"), MAX_RESOURCE_BYTES);
    expect(await resources.read("t:{+x}", { x: "big" })).toMatchObject({
      bytes: MAX_RESOURCE_BYTES,
    });
  });

  test("of a root that is off, gone or of another system is not offered", async () => {
    const windows = stores.roots.insert({ uri: "file:///C:/Users/me" });
    const share = stores.roots.insert({ uri: "file://server/share" });
    await put("a", "A");
    await add("f:a", file("a"));
    for (const { id, uri } of [windows, share]) {
      await add(`w:${id}`, { kind: "file", root: uri, path: "a" });
      expect(resources.get(`w:${id}`).problem).toMatchObject({ code: "root_unusable" });
      const failure = await read(`w:${id}`).catch(String);
      expect(failure).toContain("not there any more");
      expect(failure).not.toContain("file:");
    }
    expect(resources.offered()(profileId()).resources).toMatchObject([{ uri: "f:a" }]);
    stores.roots.update(stores.roots.getByUri(root)?.id ?? "", { enabled: false });
    expect(resources.offered()(profileId()).resources).toEqual([]);
    expect(resources.get("f:a").problem).toMatchObject({ code: "resource_root_missing" });
    stores.roots.delete(stores.roots.getByUri(root)?.id ?? "");
    expect(resources.get("f:a").content).toEqual({ kind: "file", root: null, path: "a" });
    await expect(read("f:a")).rejects.toThrow(code("resource_root_missing"));
  });

  test("of an address of the web is refused", async () => {
    stores.roots.insert({ uri: "https://example.com/" });
    await expect(
      add("f:a", { kind: "file", root: "https://example.com/", path: "a" }),
    ).rejects.toThrow(code("root_unusable"));
  });
});

describe("who wants to hear of a change", () => {
  const next = async () => {
    await vi.waitUntil(() => updated.length > 0, { timeout: 10_000 });
    return [...new Set(updated.splice(0))];
  };

  test("hears of what is stored, by each URI that a template gives", async () => {
    await add("a:x", text("1"));
    await add("t:{x}", text("{{ x }}"));
    updated.length = 0;
    resources.watch(new Set(["a:x", "t:1", "t:2", "other:1"]));
    await resources.update("a:x", { content: { kind: "text", text: "2" } });
    expect(updated.splice(0)).toEqual(["a:x"]);
    await resources.update("a:x", { title: "X", tags: ["x"] });
    expect(updated).toEqual([]);
    await resources.update("t:{x}", { mimeType: "text/html" });
    expect(updated.splice(0)).toEqual(["t:1", "t:2"]);
    await resources.update("a:x", { uri: "a:y" });
    expect(updated.splice(0)).toEqual(["a:x", "a:y"]);
    resources.remove("a:y");
    expect(updated.splice(0)).toEqual(["a:y"]);
  });

  test("hears of files that are watched, and of no others", async () => {
    await put("a", "1");
    await put("docs/b", "1");
    await add("f:a", file("a"));
    await add("t:{x}", file("docs/{x}"));
    updated.length = 0;
    resources.watch(new Set(["t:b", "t:new"]));
    await put("docs/new", "1");
    expect(await next()).toEqual(["t:new"]);
    await put("docs/b.tmp", "22");
    await rename(join(folder, "docs/b.tmp"), join(folder, "docs/b"));
    expect(await next()).toEqual(["t:b"]);
    resources.watch(new Set(["f:a"]));
    await put("docs/b", "333");
    await put("a", "22");
    expect(await next()).toEqual(["f:a"]);
  });

  test("hears of files of a root that is another folder now", async () => {
    await put("a", "1");
    await add("f:a", file("a"));
    updated.length = 0;
    const uris = new Set(["f:a"]);
    resources.watch(uris);
    stores.roots.update(stores.roots.getByUri(root)?.id ?? "", {
      uri: pathToFileURL(join(folder, "docs")).href,
    });
    resources.watch(uris);
    expect(updated).toEqual(["f:a"]);
  });
});
