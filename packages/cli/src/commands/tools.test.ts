import { createServer, type Server } from "node:http";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Place } from "../test-kit.ts";

const env = {
  AUTH_ENCRYPTION_SECRET: "a secret of the tests, long enough",
  TOKEN: "token-of-the-tests-4c1d",
};

let place: Place;
let api: Server;
let url: string;
/** What the API was asked, one line each. */
let asked: string[];

beforeEach(async () => {
  place = new Place();
  asked = [];
  api = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization ?? "-"}`);
    response.setHeader("content-type", "application/json");
    response.statusCode = request.url?.startsWith("/missing") ? 404 : 200;
    response.end(JSON.stringify({ path: request.url }));
  });
  await new Promise<void>((resolve) => api.listen(0, "127.0.0.1", resolve));
  const address = api.address();
  url = typeof address === "object" && address ? `http://127.0.0.1:${address.port}` : "";
});
afterEach(() => {
  api.close();
  place.remove();
});

const run = (...words: string[]) => place.run(["tools", ...words], { env });
const json = (...words: string[]) => place.json(["tools", ...words], { env });

describe("tools of the gateway's own", { timeout: 60_000 }, () => {
  test("are added, shown, found by tags, turned off and removed", async () => {
    await place.run(["profiles", "create", "dev"]);
    const more = ["--bearer-env", "TOKEN", "--tag", "pets,mine", "--profile", "dev"];
    const added = await run(
      "add",
      "pet",
      "--url",
      `${url}/pets/{id}`,
      "--allow-private-network",
      ...more,
    );
    expect(added).toMatchObject({
      exit: 0,
      err: "",
      out: `Added “pet”: GET ${url}/pets/{id} (in dev)\n`,
    });
    await run("add", "other", "--url", "https://api.example/x", "--tag", "mine", "--disabled");

    expect((await run("list")).out).toMatch(/^pet +on +GET \S+\/pets\/\{id\} +dev +pets,mine$/m);
    expect((await run("list")).out).toMatch(/^other +off /m);
    expect(await json("list", "--tag", "pets")).toMatchObject([{ name: "pet" }]);
    expect(await json("list", "--tag", "pets,mine")).toHaveLength(2);
    expect(await json("list", "--tag", "pets,mine", "--all-tags")).toMatchObject([{ name: "pet" }]);
    expect((await run("list", "--profile", "dev")).out).toMatch(/^pet /m);

    const shown = await run("show", "pet");
    expect(shown.out).toMatch(/^Shows who it is +bearer token \(stored, ends in 4c1d\)$/m);
    expect(shown.out).not.toContain(env.TOKEN);

    expect((await run("disable", "pet")).out).toBe("Turned off “pet”.\n");
    expect(await json("list", "--profile", "dev")).toEqual([]);
    expect((await run("enable", "pet")).exit).toBe(0);
    expect((await run("remove", "pet")).out).toBe("Deleted “pet”.\n");
    expect((await run("show", "pet")).exit).toBe(1);
  });

  test("are edited: what is not mentioned stays, what is unset goes", async () => {
    const header = place.write("headers", "X-Key: key-of-the-tests-77aa\n");
    const schema = place.write(
      "in.json",
      '{"properties":{"id":{"type":"integer"},"q":{}},"required":["id"]}',
    );
    await run(
      "add",
      "pet",
      "--url",
      "https://api.example/{id}",
      "--header-file",
      header,
      "--input-schema",
      schema,
      "--arg-in",
      "q=query:find",
      "--timeout",
      "5",
      "--filter",
      "path",
      "--title",
      "Pet",
    );
    expect(await json("show", "pet")).toMatchObject({
      headers: { "X-Key": { plain: false, secret: { set: true } } },
      arguments: { q: { in: "query", name: "find" } },
      inputSchema: { properties: { id: { type: "integer" } } },
      timeoutMs: 5000,
      responseFilter: "path",
    });
    const edited = await run(
      "edit",
      "pet",
      "--name",
      "dog",
      "--unset",
      "filter",
      "--unset",
      "timeout",
      "--unset-header",
      "X-Key",
      "--query-plain",
      "v=1",
      "--tag",
      "a",
    );
    expect(edited.out).toBe("Changed “dog”: GET https://api.example/{id}\n");
    expect(await json("show", "dog")).toMatchObject({
      title: "Pet",
      headers: {},
      query: { v: { plain: true, value: "1" } },
      timeoutMs: null,
      responseFilter: null,
      tags: ["a"],
    });
    await run("edit", "dog", "--unset-tags", "--disable");
    expect(await json("show", "dog")).toMatchObject({ tags: [], enabled: false });
  });

  test("are tried out, also where no profile has them", async () => {
    await run(
      "add",
      "pet",
      "--url",
      `${url}/{id}`,
      "--allow-private-network",
      "--bearer-env",
      "TOKEN",
    );
    const good = await run("test", "pet", "--arg", "id=a/b");
    expect(good).toMatchObject({ exit: 0, out: expect.stringContaining("/a%2Fb") });
    expect(good.err).toContain("200, application/json");
    expect(asked).toEqual([`GET /a%2Fb Bearer ${env.TOKEN}`]);
    const bad = await run("test", "pet", "--arg", "id=missing");
    expect(bad).toMatchObject({ exit: 1, out: "" });
    expect(bad.err).toContain("404");
  });

  test.each([
    [["add", "x"], "Required option"],
    [["add", "x", "--url", "https://a/", "--bearer"], "It is asked for on a terminal"],
    [["add", "x", "--url", "https://a/", "--bearer-env", "NONE"], "where it is not set"],
    [["add", "x", "--url", "https://a/", "--bearer", "--basic", "me"], "not both"],
    [["add", "x", "--url", "https://a/", "--password-file", "f"], "--basic USER"],
    [["add", "x", "--url", "https://a/", "--query", "k"], "--query k asks"],
    [["add", "x", "--url", "https://a/", "--arg-in", "a=cookie"], "--arg-in takes path, query"],
    [["edit", "x"], "Nothing to change was given."],
    [["edit", "x", "--keep-secrets"], "--keep-secrets belongs to a --url"],
    [["edit", "x", "--enable", "--disable"], "not both"],
    [["edit", "x", "--tag", "a", "--unset-tags"], "not both"],
    [
      ["add", "x", "--url", "https://a/", "--header-plain", "K:1", "--header-plain", "K:2"],
      "“K” twice",
    ],
    [["add", "x", "--url", "https://a/", "--header", "K:1", "--header", "K:2"], "“K” twice"],
    [["add", "x", "--url", "https://a/", "--query", "k=1", "--query", "k=2"], "“k” twice"],
    [["add", "x", "--url", "https://a/", "--arg-in", "a=query", "--arg-in", "a=body"], "“a” twice"],
    [["list", "--all-tags"], "--all-tags belongs to a --tag."],
    [["list", "--profile", "p", "--tag", "a"], "without a --profile"],
    [["import", "openapi", "f", "--list", "--dry-run"], "not both"],
  ])("%j is refused", async (words, sentence) => {
    expect(await run(...words)).toMatchObject({
      exit: 2,
      out: "",
      err: expect.stringContaining(sentence),
    });
  });
});

describe("what a tired person does with tools", { timeout: 60_000 }, () => {
  const add = (name: string, ...words: string[]) =>
    run("add", name, "--url", `${url}/{id}`, "--allow-private-network", ...words);

  test("a schema is not made to fit, and a schema is not a file's name", async () => {
    const list = place.write("list.json", '{"type":"array"}');
    const wrong = await add("pet", "--input-schema", list);
    expect(wrong).toMatchObject({ exit: 3, out: "" });
    expect(wrong.err).toContain("The “type” in the file of --input-schema has to be “object”.");
    const inline = await add(
      "pet",
      "--input-schema",
      '{"type":"object","secret":"CANARY-of-the-tests"}',
    );
    expect(inline).toMatchObject({ exit: 1, out: "" });
    expect(inline.err).toContain("A text in the place of a file cannot be read");
    expect(inline.err).not.toContain("CANARY");
    expect(await json("list")).toEqual([]);
  });

  test("a value that is there twice is not chosen from, and nothing is sent", async () => {
    await add("pet");
    const twice = await run("test", "pet", "--arg", "id=1", "--arg", "id=2");
    expect(twice).toMatchObject({ exit: 2, out: "" });
    expect(twice.err).toContain("--arg gives “id” twice.");
    expect(asked).toEqual([]);
  });

  test("a tool that was forgotten to be given to the profile is told from one that is not there", async () => {
    await place.run(["profiles", "create", "dev"]);
    await add("pet");
    const call = await run("call", "pet", "--profile", "dev", "--args", '{"id":"1"}');
    expect(call).toMatchObject({ exit: 1, out: "" });
    expect(call.err).toContain("“dev” does not have the gateway's own tool “pet”:");
    expect(call.err).toContain("profiles edit dev --tool pet");
    expect((await run("call", "pit", "--profile", "dev")).err).not.toContain("gateway's own");
    const out = await place.run(["profiles", "edit", "dev", "--no-tool", "pet"], { env });
    expect(out).toMatchObject({ exit: 2 });
    expect(out.err).toContain("“dev” has no tool “pet” of the gateway's own: it has none.");
    await place.run(["profiles", "edit", "dev", "--tool", "pet"], { env });
    expect((await run("call", "pet", "--profile", "dev", "--args", '{"id":"1"}')).exit).toBe(0);
    const typo = await place.run(["profiles", "edit", "dev", "--no-tool", "pit"], { env });
    expect(typo.err).toContain("it has pet.");
  });

  test("a tag that nothing has does not hide that there is something", async () => {
    await add("pet", "--tag", "a");
    expect((await run("list", "--tag", "b")).out).toBe("None has the tag “b”.\n");
    expect((await run("list", "--tag", "b,c")).out).toBe("None has one of the tags “b”, “c”.\n");
    expect((await run("list", "--tag", "a,c", "--all-tags")).out).toBe(
      "None has all of the tags “a”, “c”.\n",
    );
    for (const what of ["servers", "profiles", "prompts", "resources", "roots"]) {
      expect((await place.run([what, "list", "--tag", "b"])).out).toBe("None has the tag “b”.\n");
    }
  });
});

describe("tools import openapi", { timeout: 60_000 }, () => {
  const write = () =>
    place.write(
      "pets.yaml",
      `openapi: 3.1.0
info: {title: Pets, version: "2"}
servers: [{url: ${url}}]
components: {securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}}
paths:
  /pets/{id}:
    get: {operationId: getPet, summary: One pet, tags: [pets]}
    head: {operationId: hasPet}
  /all: {get: {operationId: all}}
`,
    );

  test("shows what there is, makes what is asked for, and the tools work", async () => {
    const file = write();
    const listed = await run("import", "openapi", file, "--list");
    expect(listed.out).toMatch(/^GET \/pets\/\{id\} +getPet +One pet$/m);
    expect(listed.out).toMatch(/^HEAD \/pets\/\{id\} +- +A tool cannot use the method HEAD\.$/m);
    expect(listed.err).toContain(`Pets 2. Base URLs it names: ${url}.`);
    expect(listed.err).toContain("“key” wants a header: --header X-Key.");
    expect((await run("import", "openapi", file, "--dry-run")).out).not.toContain("HEAD");
    expect(await json("list")).toEqual([]);

    const only = await run(
      "import",
      "openapi",
      file,
      "--operation",
      "GET /pets/{id} as pet",
      "--allow-private-network",
      "--tag",
      "mine",
      "--bearer-env",
      "TOKEN",
    );
    expect(only.out).toBe("Made 1 tool:\npet\n");
    expect(await json("show", "pet")).toMatchObject({
      tags: ["mine", "pets"],
      url: `${url}/pets/{id}`,
    });
    expect((await run("test", "pet", "--arg", "id=1")).exit).toBe(0);
    expect(asked).toEqual([`GET /pets/1 Bearer ${env.TOKEN}`]);

    const rest = await run("import", "openapi", file, "--allow-private-network");
    expect(rest.out).toBe("Made 2 tools:\ngetPet\nall\n");
    expect(rest.err).toBe("Left out HEAD /pets/{id}: A tool cannot use the method HEAD.\n");
  });

  test("makes none where one that was chosen cannot be made, and says why", async () => {
    const file = write();
    const words = [
      "--operation",
      "GET /all",
      "--operation",
      "HEAD /pets/{id}",
      "--allow-private-network",
    ];
    const refused = await run("import", "openapi", file, ...words);
    expect(refused).toMatchObject({ exit: 3, err: expect.stringContaining("HEAD") });
    const blocked = await run("import", "openapi", file, "--operation", "GET /all");
    expect(blocked.exit).not.toBe(0);
    expect(blocked.err).toContain("--allow-private-network");
    const metadata = await run(
      "import",
      "openapi",
      file,
      "--allow-private-network",
      "--base-url",
      "http://169.254.169.254/latest",
    );
    expect(metadata.exit).not.toBe(0);
    expect(metadata.err).toContain("169.254.169.254");
    expect(await json("list")).toEqual([]);
    const piped = await place.run(["tools", "import", "openapi", "-"], {
      input: '{"swagger":"2.0"}',
    });
    expect(piped).toMatchObject({ exit: 3, err: expect.stringContaining("Swagger 2.0") });
  });
});
