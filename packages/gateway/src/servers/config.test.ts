import type { ServerUpdate } from "@local-mcp/contract";
import { describe, expect, it } from "vitest";
import { buildConfig, changeConfig, configHash, consentHash, secretIds } from "./config.ts";

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
    [stdio, { transport: "http" as const }],
    [remote, { args: ["x"] }],
    [remote, { env: {} }],
  ])("refuses what does not fit its kind", ({ config }, changes) => {
    expect(() => changeConfig(config, changes)).toThrow(
      expect.objectContaining({ code: "validation_failed" }),
    );
  });
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
