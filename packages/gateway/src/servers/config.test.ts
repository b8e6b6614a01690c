import type { ServerUpdate } from "@local-mcp/contract";
import type { StoredServerConfig } from "@local-mcp/database";
import { describe, expect, it } from "vitest";
import {
  buildConfig,
  changeConfig,
  configHash,
  consentHash,
  namedSecrets,
  secretIds,
} from "./config.ts";
import { viewConfig } from "./config-view.ts";
import { needsVault, resolveLaunch } from "./launch.ts";

/** What is started where every secret has this value. */
const launch = (config: StoredServerConfig, value: string) =>
  resolveLaunch("web", config, runtimes, () => value);
const runtimes = {
  pathName: "your PATH",
  variables: {},
  routeTo: () => ({ proxy: null, certificates: [] }),
};

const stdio = buildConfig(
  {
    transport: "stdio",
    command: "npx",
    args: ["-y", "x", "${secret:key}"],
    cwd: null,
    env: { TOKEN: { value: "t", plain: false }, LEVEL: { value: "debug", plain: true } },
  },
  { key: "k" },
);
const remote = buildConfig(
  { transport: "http", url: "https://h/mcp?key=xyz", headers: { Authorization: "Bearer x" } },
  {},
);

describe("what is stored of a server", () => {
  it("refers to its secrets, and holds none", () => {
    expect(stdio.secrets.map(({ name, value }) => [name, value])).toEqual([
      ["env.TOKEN", "t"],
      ["mark.key", "k"],
    ]);
    expect(secretIds(stdio.config).sort()).toEqual(stdio.secrets.map(({ id }) => id).sort());
    expect(stdio.config).toMatchObject({ env: { LEVEL: { plain: "debug" } } });
    expect(JSON.stringify(remote.config)).not.toMatch(/xyz|Bearer/);
  });

  it("keeps what a change does not name, clears null, sets a value", () => {
    const { config, secrets } = changeConfig(stdio.config, {
      env: {
        LEVEL: null,
        TOKEN: { value: "new", plain: false },
        MORE: { value: "m", plain: true },
      },
    });
    expect(config).toMatchObject({ command: "npx", args: ["-y", "x", "${secret:key}"] });
    expect("env" in config && Object.keys(config.env).sort()).toEqual(["MORE", "TOKEN"]);
    expect(secrets.map(({ value }) => value)).toEqual(["new"]);
    expect(config.secrets).toEqual(stdio.config.secrets);
  });

  it("leads nowhere that is never connected to, however it is written", () => {
    const url = "http://me:secret@0xA9FEA9FE/latest?key=k";
    const refused = expect.objectContaining({ code: "address_blocked" });
    const write = { transport: "sse" as const, url, headers: {} };
    expect(() => buildConfig(write, {})).toThrow(refused);
    expect(() => changeConfig(remote.config, { url })).toThrow(refused);
    expect(() => changeConfig(stdio.config, { url })).toThrow(refused);
  });

  it("takes a header for the same in any case", () => {
    const { config } = changeConfig(remote.config, { headers: { authorization: "Basic y" } });
    expect("headers" in config && Object.keys(config.headers)).toEqual(["authorization"]);
    const cleared = changeConfig(config, { headers: { AUTHORIZATION: null } }).config;
    expect("headers" in cleared && cleared.headers).toEqual({});
  });

  it("keeps the secrets of a URL that is written back with its marks", () => {
    if (remote.config.transport === "stdio") throw new Error("it is remote");
    const { config, secrets } = changeConfig(remote.config, {
      url: remote.config.url.replace("/mcp", "/other"),
    });
    expect(secrets).toEqual([]);
    expect(config.secrets).toEqual(remote.config.secrets);
    const without = changeConfig(remote.config, { url: "https://h/mcp" }).config;
    expect(without.secrets).toEqual({});
  });

  it("becomes remote by a URL and local by a command, with nothing of the other left", () => {
    const asRemote = changeConfig(stdio.config, { url: "https://h/x" }).config;
    expect(asRemote).toEqual({ transport: "http", url: "https://h/x", headers: {}, secrets: {} });
    const asLocal = changeConfig(remote.config, { command: "x" }).config;
    expect(asLocal).toEqual({
      transport: "stdio",
      command: "x",
      args: [],
      cwd: null,
      env: {},
      secrets: {},
    });
  });

  it.each([
    [stdio, { command: "x", url: "https://h" }],
    [stdio, { headers: { A: "b" } }],
    [stdio, { signIn: { clientId: "a" } }],
    [stdio, { transport: "http" as const }],
    [remote, { args: ["x"] }],
    [remote, { env: {} }],
  ])("refuses what does not fit its kind", ({ config }, changes) => {
    expect(() => changeConfig(config, changes)).toThrow(
      expect.objectContaining({ code: "validation_failed" }),
    );
  });
});

describe("a header with marks", () => {
  const { config: keyed, secrets } = buildConfig(
    {
      transport: "http",
      url: "https://h/mcp",
      headers: { "X-API-Key": "${secret:key}", Authorization: "Basic x" },
    },
    { key: "k" },
  );
  const change = (changes: ServerUpdate) => changeConfig(keyed, changes);

  it("is shown, and what it names is a secret of its own", () => {
    expect(secrets.map(({ name, value }) => [name, value])).toEqual([
      ["header.authorization", "Basic x"],
      ["mark.key", "k"],
    ]);
    expect(keyed).toMatchObject({ headers: { "X-API-Key": { template: "${secret:key}" } } });
    const info = { set: true, hint: null };
    expect(viewConfig(keyed, () => info)).toMatchObject({
      headers: { "X-API-Key": { template: "${secret:key}" }, Authorization: info },
    });
    expect(secretIds(keyed).sort()).toEqual(secrets.map(({ id }) => id).sort());
  });

  it("keeps its text when the secret is replaced, and its secret when the URL is", () => {
    const replaced = change({ secrets: { key: "new" } });
    expect(replaced.secrets.map(({ name, value }) => [name, value])).toEqual([["mark.key", "new"]]);
    expect(replaced.config).toMatchObject({
      headers: { "X-API-Key": { template: "${secret:key}" } },
    });
    expect(change({ url: "https://h/other?a=b" }).config.secrets).toMatchObject(keyed.secrets);
  });

  it("goes, and takes its secret along where nothing else needs it", () => {
    expect(change({ headers: { "x-api-key": null } }).config.secrets).toEqual({});
    const shared = change({ headers: { "X-Other": "a ${secret:key}" } }).config;
    expect(changeConfig(shared, { headers: { "X-Other": null } }).config.secrets).toEqual(
      keyed.secrets,
    );
    const waiting = change({ secrets: { later: "l" } }).config;
    const kept = changeConfig(waiting, { headers: { "X-API-Key": null } }).config;
    expect(Object.keys(kept.secrets)).toEqual(["later"]);
    const cleared = change({ secrets: { key: null } }).config;
    expect([cleared.secrets, namedSecrets(cleared)]).toEqual([{}, ["key"]]);
  });

  it.each(["a\r\nX-Evil: 1", "a\nb", "a\u0000", "a\u007f"])(
    "takes no secret that would end it: %j",
    (value) => {
      const refused = expect.objectContaining({ code: "validation_failed" });
      expect(() => change({ secrets: { key: value } })).toThrow(refused);
      const changes = { headers: { "X-New": "${secret:new}" }, secrets: { new: value } };
      expect(() => change(changes)).toThrow(refused);
      expect(change({ secrets: { other: value } }).secrets).toHaveLength(1);
      // It was there before the header that names it.
      const { config } = changeConfig(change({ secrets: { other: value } }).config, {
        headers: { "X-API-Key": "${secret:other}" },
      });
      expect(() => launch(config, value)).toThrow(
        expect.objectContaining({
          code: "secret_breaks_header",
          message: expect.not.stringContaining("Evil"),
        }),
      );
    },
  );

  it("is filled in at the start; a name without a value is said", () => {
    const config = change({ headers: { "X-API-Key": "Key ${secret:key}" } }).config;
    expect(launch(config, "k\t1")).toMatchObject({ headers: { "X-API-Key": "Key k\t1" } });
    expect(() => launch(change({ secrets: { key: null } }).config, "k")).toThrow(
      expect.objectContaining({
        code: "secret_unset",
        params: expect.objectContaining({ name: "key" }),
      }),
    );
    expect(needsVault(change({ headers: { Authorization: null } }).config)).toBe(true);
    expect(
      needsVault(change({ headers: { Authorization: null }, secrets: { key: null } }).config),
    ).toBe(false);
  });
});

it("of two values for one secret, the last is stored", () => {
  const { config, secrets } = buildConfig(
    { transport: "http", url: "https://h/mcp?key=a", headers: { A: "x", a: "y" } },
    { "query.key": "b" },
  );
  expect(secrets.map(({ name, value }) => [name, value])).toEqual([
    ["header.a", "y"],
    ["mark.query.key", "b"],
  ]);
  expect(secretIds(config).sort()).toEqual(secrets.map(({ id }) => id).sort());
});

describe("what tells configurations apart", () => {
  const changed = (changes: Parameters<typeof changeConfig>[1]) =>
    changeConfig(stdio.config, changes).config;

  it("consent is to command, arguments, folder, names of variables, and to values that decide what runs", () => {
    const agreed = consentHash(stdio.config);
    const others: ServerUpdate[] = [
      { command: "other" },
      { args: ["-y"] },
      { cwd: "/tmp" },
      { env: { NEW: { value: "x", plain: true } } },
      { env: { TOKEN: null } },
    ];
    for (const changes of others) {
      expect(consentHash(changed(changes))).not.toBe(agreed);
    }
    expect(consentHash(changed({ env: { TOKEN: { value: "another", plain: false } } }))).toBe(
      agreed,
    );
    const withPath = (value: string) =>
      consentHash(changed({ env: { PATH: { value, plain: true } } }));
    expect(withPath("/usr/bin")).toBe(withPath("/usr/bin"));
    expect(withPath("/tmp/evil")).not.toBe(withPath("/usr/bin"));
    expect(consentHash(remote.config)).toBeNull();
  });

  it("another value of a secret is another configuration; another order of keys is not", () => {
    const hash = configHash(stdio.config);
    expect(configHash(changed({ env: { TOKEN: { value: "another", plain: false } } }))).not.toBe(
      hash,
    );
    const reordered = Object.fromEntries(Object.entries(stdio.config).toReversed());
    expect(configHash({ ...stdio.config, ...reordered })).toBe(hash);
  });
});
