import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { AnyEntity } from "@local-mcp/transfer";
import { describe, expect, test } from "vitest";
import { configHash, consentHash } from "../../servers/config.ts";
import {
  command,
  profile,
  prompt,
  remote,
  resource,
  root,
  server,
  tool,
  UID,
} from "./one.fixture.ts";
import { transferStage } from "./stage.fixture.ts";

type Stage = ReturnType<typeof transferStage>;

const PEM = generateKeyPairSync("ed25519")
  .privateKey.export({ type: "pkcs8", format: "pem" })
  .toString();
/** Stores it as new. */
const add = async (stage: Stage, entity: AnyEntity): Promise<AnyEntity> => {
  if (stage.vault.state() === "missing") await stage.vault.init(stage.key);
  const draft = await stage.build(entity);
  stage.write([draft]);
  return draft.entity;
};

const code = (expected: string) => expect.objectContaining({ code: expected });

const NO_CONFIG = { transport: "http" as const, url: "", headers: {}, secrets: {} };

describe("a server of a file", () => {
  test("has its uid as id where that is free, waits for consent, and keeps it with the command", async () => {
    const stage = transferStage();
    const { stores, store } = stage;
    const first = await add(stage, server(command({ args: ["a"] })));
    expect(stores.servers.getByName("one")).toMatchObject({ id: UID, confirmedHash: null });
    store.consent(["one", "nobody"]);
    const { config } = stores.servers.get(UID) ?? {};
    expect(config && consentHash(config)).toBe(stores.servers.get(UID)?.confirmedHash);

    await stage.change(server(command({ args: ["b"] })), first);
    const after = stores.servers.get(UID);
    expect(after?.confirmedHash).not.toBe(after && consentHash(after.config));

    // A copy of it is another one.
    const copy = server(command());
    copy.fields.name = "two";
    await add(stage, copy);
    expect(stores.servers.getByName("two")?.id).not.toBe(UID);
    for (const uid of ["no-id", null]) {
      const draft = await stage.build({ ...copy, uid });
      expect(draft.entity.uid).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  test("starts anew for a secret that is another, and for no other", async () => {
    const stage = transferStage();
    const { servers, vault } = stage.stores;
    const hash = (): string => configHash(servers.list()[0]?.config ?? NO_CONFIG);
    const env = (value: string) =>
      server(command({ env: { KEY: { value }, LOG: { value: "x" } } }));
    const first = await add(stage, env("one"));
    const before = hash();
    const again = await stage.change(env("one"), first);
    expect(hash()).toBe(before);
    await stage.change(env("two"), again.entity);
    expect(hash()).not.toBe(before);
    expect(vault.secrets.listOwned("mcp_servers", UID).map(({ name }) => name)).toEqual([
      "env.KEY",
      "env.LOG",
    ]);
    const [read] = (await stage.store.read()).server;
    expect(read?.fields.config).toMatchObject({ env: { KEY: { value: "two" } } });
  });

  test("takes no kept secret along to another origin, and its own only", async () => {
    const stage = transferStage();
    const first = await add(
      stage,
      server(remote("https://a.example/mcp", { headers: { "X-Key": "k3y" } })),
    );
    const there = remote("https://b.example/mcp", { headers: { "X-Key": "" } });
    await expect(
      stage.build(server(there, { withheld: ["headers/X-Key"] }), first),
    ).rejects.toEqual(code("secrets_would_move"));
    expect(stage.moved).toEqual([]);

    const own = server(remote("https://b.example/mcp", { headers: { "X-Key": "k3y" } }));
    await stage.change(own, first);
    expect(stage.moved).toEqual([UID]);
    const [read] = (await stage.store.read()).server;
    expect(read?.fields).toEqual({ ...own.fields, holdChangedTools: false });
  });

  test("gives the secrets of a command to no URL, and keeps a private key that is not in the file", async () => {
    const stage = transferStage();
    const first = await add(stage, server(command(), { secrets: { token: "t0ken" } }));
    const marked = remote("https://a.example", { headers: { "X-Key": "${secret:token}" } });
    const withheld = ["secrets/token"];
    const moved = await stage.change(server(marked, { secrets: { token: "" }, withheld }), first);
    expect(moved.entity.withheld).toEqual(withheld);
    expect(stage.stores.vault.secrets.count()).toBe(0);

    const signIn = { kind: "client_credentials", clientId: "me", privateKey: PEM };
    const signed = remote("https://a.example", { signIn });
    const second = await stage.change(server(signed), moved.entity);
    const kept = server(remote("https://a.example", { signIn: { ...signIn, privateKey: "" } }), {
      withheld: ["signIn/privateKey"],
    });
    const third = await stage.change(kept, second.entity);
    expect(third.entity).toEqual(second.entity);
    // Another client is another sign-in.
    expect(stage.moved).toEqual([UID]);
  });

  test("that is reached by URL may be one that a command was, with a warning", async () => {
    const stage = transferStage();
    const { warnings } = await stage.build(
      server(remote("https://a.example/${secret:gone}"), { limits: { idleStopMs: 60_000 } }),
    );
    expect(warnings).toEqual([
      expect.stringContaining("“gone”, which has no value yet"),
      expect.stringContaining("reached by URL"),
    ]);
  });
});

describe("a tool of a file", () => {
  test("keeps its token, which is no password, and takes none along", async () => {
    const stage = transferStage();
    const first = await add(stage, tool({ auth: { type: "bearer", token: "t0ken" } }));
    const same = await stage.build(
      tool({ auth: { type: "bearer", token: "" } }, ["auth/token"]),
      first,
    );
    expect(same.entity).toEqual(first);
    const basic = { auth: { type: "basic", username: "me", password: "" } };
    const other = await stage.build(tool(basic, ["auth/password"]), first);
    expect(other.entity.withheld).toEqual(["auth/password"]);
    const elsewhere = { url: "https://b.example/", auth: { type: "bearer", token: "" } };
    await expect(stage.build(tool(elsewhere, ["auth/token"]), first)).rejects.toEqual(
      code("secrets_would_move"),
    );
    await stage.change(tool({ ...elsewhere, auth: { type: "bearer", token: "t0ken" } }), first);
    expect((await stage.store.read()).tool[0]?.fields.auth).toEqual({
      type: "bearer",
      token: "t0ken",
    });
  });

  test("with credentials in its URL reads back with them where they belong", async () => {
    const stage = transferStage();
    const given = tool({ url: "https://me:pw@api.example/pets?key=abc" });
    const stored = await add(stage, given);
    expect(stored.fields).toMatchObject({
      url: "https://api.example/pets",
      auth: { type: "basic", username: "me", password: "pw" },
      query: { key: { value: "abc", plain: false } },
    });
    const again = await stage.build(given, stored);
    expect(again.entity).toEqual(stored);
  });
});

describe("a file of a file", () => {
  test("may be inside a root that comes with it, or that is not on this computer", async () => {
    const stage = transferStage();
    const folder = join(stage.directory, "folder");
    const uri = pathToFileURL(folder).href;
    const entity = resource({ kind: "file", root: uri, path: "a.md" });
    const missing = await stage.build(entity, null, [root(uri)]);
    expect(missing.warnings).toEqual([expect.stringContaining("cannot be read for now")]);
    mkdirSync(folder);
    writeFileSync(join(folder, "a.md"), "# Hi");
    const [draft, parent] = [
      await stage.build(entity, null, [root(uri)]),
      await stage.build(root(uri)),
    ];
    expect(draft.warnings).toEqual([]);
    stage.write([parent, draft]);
    expect((await stage.store.read()).resource[0]).toEqual(draft.entity);
    const gone = resource({ kind: "file", root: "", path: "a.md" });
    expect((await stage.build(gone)).warnings).toHaveLength(1);
  });

  test("leads neither out of its root nor to what is the gateway's", async () => {
    const stage = transferStage();
    const uri = pathToFileURL(stage.directory).href;
    symlinkSync("/etc", join(stage.directory, "etc"));
    for (const path of ["../x", "/etc/passwd", "etc/passwd", "data/x.db", "C:\\x"]) {
      await expect(
        stage.build(resource({ kind: "file", root: uri, path }), null, [root(uri)]),
      ).rejects.toEqual(code("resource_outside_root"));
    }
  });
});

describe("a profile of a file", () => {
  test("has the choices of the file and no others, and another policy forgets names", async () => {
    const stage = transferStage();
    const { stores } = stage;
    await add(stage, server(command()));
    const choice = { kind: "tool", server: "one", enabled: true, description: null };
    const renamed = { ...choice, original: "read", name: "read_it" };
    const first = await add(stage, profile({ servers: ["one"], choices: [renamed], active: true }));
    expect(stores.profiles.active()?.id).toBe(UID);
    stores.names.replace(UID, [
      { kind: "tool", mcpServerId: UID, originalName: "read", exposedName: "read_it" },
    ]);
    const off = { ...choice, original: "write", name: null, enabled: false };
    const idle = { ...off, original: "nothing", enabled: true };
    const { entity } = await stage.change(
      profile({ servers: ["one"], choices: [idle, off], namePolicy: "always_prefix" }),
      first,
    );
    expect((await stage.store.read()).profile).toEqual([entity]);
    expect(entity.fields).toMatchObject({ choices: [off], active: false });
    expect(stores.profiles.active()).toBeUndefined();
    expect(stores.names.list(UID)).toEqual([]);
  });
});

describe("what the API refuses is refused", () => {
  const choice = { kind: "tool", server: "one", original: "x", enabled: true, description: null };
  const folder = "file:///nowhere/at/all";
  const cases: [string, () => AnyEntity, string][] = [
    [
      "a name that no server has",
      () => server(command(), { name: "No Name" }),
      "validation_failed",
    ],
    [
      "a header of two lines",
      () =>
        server(remote("https://a.example", {}), {
          config: remote("https://a.example", { headers: { X: "a\nb" } }),
        }),
      "validation_failed",
    ],
    ["an address of the cloud", () => server(remote("http://169.254.169.254/")), "address_blocked"],
    [
      "a sign-in without credentials",
      () => server(remote("https://a.example", { signIn: { kind: "client_credentials" } })),
      "validation_failed",
    ],
    [
      "a key that is none",
      () => server(remote("https://a.example", { signIn: { privateKey: "x" } })),
      "validation_failed",
    ],
    ["a tool inside", () => tool({ url: "http://127.0.0.1/" }), "tool_address_blocked"],
    [
      "an argument that is none",
      () => tool({ arguments: { x: { in: "query" } } }),
      "validation_failed",
    ],
    [
      "a schema that is none",
      () => tool({ inputSchema: { type: "object", properties: 1 } }),
      "validation_failed",
    ],
    ["a filter that is none", () => tool({ responseFilter: "a[" }), "validation_failed"],
    ["a template that is none", () => prompt({ template: "{% if %}" }), "validation_failed"],
    ["an argument that is not there", () => prompt({ template: "{{ x }}" }), "validation_failed"],
    [
      "a root with a user",
      () => ({ ...root(folder), fields: { ...root(folder).fields, uri: "https://u:p@a.example" } }),
      "validation_failed",
    ],
    [
      "a file of no root",
      () => resource({ kind: "file", root: folder, path: "a" }),
      "local_not_found",
    ],
    [
      "a variable of no URI",
      () => resource({ kind: "text", text: "{{ x }}" }, { uri: "n://{y}" }),
      "validation_failed",
    ],
    [
      "bytes of a template",
      () => resource({ kind: "binary", base64: "" }, { uri: "n://{y}" }),
      "validation_failed",
    ],
    ["a slug of ours", () => profile({ slug: "admin" }), "validation_failed"],
    ["a server that is not there", () => profile({ servers: ["nobody"] }), "server_not_found"],
    ["a tool that is not there", () => profile({ tools: ["nobody"] }), "local_not_found"],
    [
      "a choice of no member",
      () => profile({ choices: [{ ...choice, name: null }] }),
      "server_not_in_profile",
    ],
  ];
  test.each(cases)("%s", async (_, entity, expected) => {
    const stage = transferStage();
    await expect(stage.build(entity())).rejects.toEqual(code(expected));
  });

  test("two tools of one name, and a prompt with another name", async () => {
    const stage = transferStage();
    await add(stage, server(command()));
    const named = (more: object[]) =>
      stage.build(
        profile({ servers: ["one"], choices: more.map((one) => ({ ...choice, ...one })) }),
      );
    await expect(named([{ name: "x" }, { original: "y", name: "x" }])).rejects.toEqual(
      code("exposed_name_taken"),
    );
    await expect(named([{ kind: "prompt", name: "x" }])).rejects.toEqual(code("validation_failed"));
  });

  test("a file of a root of the web, and a name that is taken", async () => {
    const stage = transferStage();
    const web = root("https://files.example/");
    await expect(
      stage.build(resource({ kind: "file", root: web.fields.uri, path: "a" }), null, [web]),
    ).rejects.toEqual(code("root_unusable"));
    await add(stage, prompt({}));
    const draft = await stage.build({ ...prompt({}), uid: null });
    expect(() => stage.write([draft])).toThrow(code("name_taken"));
  });
});

describe("the vault", () => {
  test("that is shut is asked for only where something is sealed", async () => {
    const stage = transferStage();
    await expect(stage.store.read()).resolves.toMatchObject({ server: [] });
    await add(stage, server(command({ env: { KEY: { value: "hunter2" } } })));
    stage.vault.lock();
    await expect(stage.store.read()).rejects.toEqual(code("vault_locked"));
    expect(stage.store.readClosed().server[0]?.withheld).toEqual(["env/KEY"]);
  });

  test("what is only looked at is not written", async () => {
    const stage = transferStage();
    const first = await add(stage, server(command({ env: { KEY: { value: "one" } } })));
    stage.statements.splice(0);
    await stage.build(server(command({ env: { KEY: { value: "two" } } })), first);
    expect(stage.statements.filter((sql) => !/^select/i.test(sql))).toEqual([]);
  });
});

test("as many queries read many entities as read one", async () => {
  const stage = transferStage();
  const count = (): number => {
    stage.statements.splice(0);
    stage.store.readNow();
    return stage.statements.length;
  };
  await add(stage, tool({ auth: { type: "bearer", token: "t0ken" } }));
  const one = count();
  stage.stores.db.transaction(() => {
    for (let at = 0; at < 300; at++) {
      const { id } = stage.stores.tools.insert({
        name: `t${at}`,
        method: "GET",
        url: "https://a.example",
        inputSchema: { type: "object" },
      });
      const { id: profileId } = stage.stores.profiles.insert({ slug: `p${at}`, name: "P" });
      stage.stores.tools.addTo(profileId, id);
    }
  });
  expect(stage.store.readNow().profile).toHaveLength(300);
  expect(count()).toBe(one);
});
