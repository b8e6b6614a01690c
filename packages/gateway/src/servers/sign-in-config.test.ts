import { generateKeyPairSync } from "node:crypto";
import type { ServerUpdate, SignInWrite } from "@local-mcp/contract";
import type { StoredServerConfig } from "@local-mcp/database";
import { describe, expect, it } from "vitest";
import { buildConfig, changeConfig, configHash, namedSecrets, secretIds } from "./config.ts";
import { viewConfig } from "./config-view.ts";
import { needsVault } from "./launch.ts";
import { hasAuthorizationHeader, isOtherSignIn, revealSignIn } from "./sign-in-config.ts";

const URL = "https://mcp.test/mcp";

const built = (signIn?: SignInWrite, secrets = {}) =>
  buildConfig({ transport: "http", url: URL, headers: {}, signIn }, secrets);

const pem = (type: "pkcs1" | "pkcs8", cipher = {}) =>
  generateKeyPairSync("rsa", { modulusLength: 2048 })
    .privateKey.export({ type, format: "pem", ...cipher })
    .toString();

const FULL: SignInWrite = {
  kind: "client_credentials",
  clientId: "id-1",
  clientSecret: "hush-hush",
  issuer: "https://login.test/tenant",
  clientMetadataUrl: "https://me.test/client.json",
  scopes: ["a", "b"],
  parameters: { audience: "https://api.test", key: "${secret:key}" },
  redirectPort: 8080,
};
const full = built(FULL, { key: "k" });

const info = (id: string) => ({ set: true, hint: id.slice(-4) });
const viewOf = (config: StoredServerConfig) => {
  const view = viewConfig(config, info);
  if (view.transport === "stdio") throw new Error("it is remote");
  return view.signIn;
};
const change = (signIn: SignInWrite | null, more: ServerUpdate = {}) =>
  changeConfig(full.config, { signIn, ...more });

const NOTHING = {
  kind: "person",
  clientId: null,
  clientSecret: null,
  privateKey: null,
  clientMetadataUrl: null,
  issuer: null,
  scopes: null,
  parameters: {},
  redirectPort: null,
};

describe("how a server is signed in to", () => {
  it("is stored without its secrets, and shown without them", () => {
    expect(full.secrets.map(({ name, value }) => [name, value])).toEqual([
      ["sign-in.client-secret", "hush-hush"],
      ["mark.key", "k"],
    ]);
    expect(JSON.stringify(full.config)).not.toContain("hush");
    expect(viewOf(full.config)).toEqual({
      ...FULL,
      privateKey: null,
      clientSecret: info(full.secrets[0]?.id ?? ""),
    });
    expect(secretIds(full.config).sort()).toEqual(full.secrets.map(({ id }) => id).sort());
    expect(needsVault(full.config)).toBe(true);
    expect(namedSecrets(full.config)).toEqual(["key"]);
  });

  it("is not there where nothing was said, so that former configurations are the same", () => {
    const plain = built();
    const former = { transport: "http", url: URL, headers: {}, secrets: {} } as const;
    expect(configHash(plain.config)).toBe(configHash(former));
    expect(configHash(built({}).config)).toBe(configHash(former));
    expect(configHash(built({ kind: "person" }).config)).toBe(configHash(former));
    expect(viewOf(former)).toEqual(NOTHING);
    expect(needsVault(former)).toBe(false);
  });

  it.each<[string, SignInWrite]>([
    ["kind", { kind: "off" }],
    ["clientId", { clientId: "id-2" }],
    ["clientMetadataUrl", { clientMetadataUrl: "https://me.test/other.json" }],
    ["issuer", { issuer: "https://login.test/other" }],
    ["scopes", { scopes: ["c"] }],
    ["redirectPort", { redirectPort: 9090 }],
  ])("changes by %s alone", (field, changes) => {
    const { config, secrets } = change(changes);
    expect(secrets).toEqual([]);
    expect(viewOf(config)).toEqual({ ...viewOf(full.config), ...changes });
    expect(configHash(config)).not.toBe(configHash(full.config));
    if (field === "kind") return;
    const back = changeConfig(config, { signIn: { kind: null, [field]: null } }).config;
    expect(viewOf(back)).toEqual({ ...viewOf(full.config), kind: "person", [field]: null });
  });

  it("merges its parameters by name, and drops the secret of one that is gone", () => {
    const { config } = change({ parameters: { audience: null, more: "m" } });
    expect(viewOf(config).parameters).toEqual({ more: "m", key: "${secret:key}" });
    expect(config.secrets).toEqual(full.config.secrets);
    expect(change({ parameters: { key: null } }).config.secrets).toEqual({});
    expect(change({ parameters: { key: "plain" } }).config.secrets).toEqual({});
  });

  it("replaces a secret without the rest, and forgets it", () => {
    const { config, secrets } = change({ clientSecret: "new" });
    expect(secrets.map(({ name, value }) => [name, value])).toEqual([
      ["sign-in.client-secret", "new"],
    ]);
    expect(secretIds(config)).toContain(secrets[0]?.id);
    expect(secretIds(config)).not.toContain(full.secrets[0]?.id);
    const without = change({ kind: null, clientSecret: null }).config;
    expect(viewOf(without).clientSecret).toBeNull();
  });

  it("is forgotten as a whole, also when a command takes the server's place", () => {
    const { config } = change(null);
    expect(viewOf(config)).toEqual(NOTHING);
    expect(secretIds(config)).toEqual([]);
    expect(configHash(config)).toBe(configHash(built().config));
    const command = changeConfig(full.config, { command: "npx" }).config;
    expect(secretIds(command)).toEqual([]);
    expect(changeConfig(command, { signIn: null }).config).toEqual(command);
  });

  it("as a client with credentials needs both of them", () => {
    const refused = expect.objectContaining({
      code: "validation_failed",
      message: expect.stringContaining("the client's id and its secret or private key"),
    });
    const kind = "client_credentials" as const;
    for (const signIn of [{ kind }, { kind, clientId: "a" }, { kind, clientSecret: "a" }]) {
      expect(() => built(signIn)).toThrow(refused);
    }
    expect(() => change({ clientSecret: null })).toThrow(refused);
    expect(() => change({ clientId: null })).toThrow(refused);
    const key = built({ kind, clientId: "a", privateKey: pem("pkcs8") });
    expect(viewOf(key.config)).toMatchObject({ kind, privateKey: { set: true, hint: null } });
  });

  it.each([
    [{ issuer: "http://169.254.169.254/" }, "address_blocked"],
    [{ issuer: "https://metadata.google.internal" }, "address_blocked"],
    [{ clientMetadataUrl: "https://169.254.169.254/client" }, "address_blocked"],
    [{ issuer: "https://me:secret@login.test" }, "validation_failed"],
    [{ issuer: "https://login.test/?a=secret" }, "validation_failed"],
    [{ issuer: "https://login.test/#secret" }, "validation_failed"],
    [{ privateKey: "secret" }, "validation_failed"],
  ])("refuses %j", (signIn, code) => {
    expect(() => change(signIn)).toThrow(
      expect.objectContaining({ code, message: expect.not.stringContaining("secret") }),
    );
  });

  it("reads private keys of any PEM form that can sign, and no others", () => {
    const stored = (privateKey: string) => built({ privateKey }).secrets[0]?.value;
    const ec = (namedCurve: string) => generateKeyPairSync("ec", { namedCurve }).privateKey;
    const sec1 = ec("P-256").export({ type: "sec1", format: "pem" }).toString();
    for (const key of [pem("pkcs1"), sec1]) {
      expect(stored(key)).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
    }
    const pkcs8 = { type: "pkcs8", format: "pem" } as const;
    const refused = [
      ec("secp256k1").export(pkcs8).toString(),
      generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey.export(pkcs8).toString(),
      generateKeyPairSync("x25519").privateKey.export(pkcs8).toString(),
      pem("pkcs8", { cipher: "aes-256-cbc", passphrase: "p" }),
      generateKeyPairSync("ed25519").publicKey.export({ type: "spki", format: "pem" }).toString(),
    ];
    for (const key of refused) {
      expect(() => stored(key)).toThrow(expect.objectContaining({ code: "validation_failed" }));
    }
  });
});

describe("for the moment of a sign-in", () => {
  const values = new Map(full.secrets.map(({ id, value }) => [id, value]));
  const reveal = (id: string) => values.get(id) ?? null;

  it("has its secrets, and its marks filled in", () => {
    expect(revealSignIn("web", full.config, reveal)).toEqual({
      ...FULL,
      privateKey: null,
      parameters: { audience: "https://api.test", key: "k" },
      pageParameters: { audience: "https://api.test" },
    });
    const nothing = { ...NOTHING, pageParameters: {} };
    expect(revealSignIn("web", built().config, reveal)).toEqual(nothing);
    const command = changeConfig(full.config, { command: "npx" }).config;
    expect(revealSignIn("web", command, reveal)).toEqual({ ...nothing, kind: "off" });
  });

  it("a secret that was forgotten is said, with the way to set it", () => {
    const [secret] = full.secrets;
    const forgotten = (id: string) => (id === secret?.id ? null : reveal(id));
    expect(() => revealSignIn("web", full.config, forgotten)).toThrow(
      expect.objectContaining({
        code: "sign_in_secret_unset",
        wayOut: expect.stringContaining("servers edit web --client-secret"),
      }),
    );
    const unset = change({}, { secrets: { key: null } }).config;
    expect(() => revealSignIn("web", unset, reveal)).toThrow(
      expect.objectContaining({ code: "secret_unset" }),
    );
  });
});

it.each<[string, ServerUpdate, boolean]>([
  ["another kind", { signIn: { kind: "off" } }, true],
  ["another client", { signIn: { clientId: "id-2" } }, true],
  ["another secret", { signIn: { clientSecret: "hush-hush" } }, true],
  ["another authorization server", { signIn: { issuer: "https://login.test/b" } }, true],
  ["none of it any more", { signIn: null }, true],
  [
    "other scopes",
    { signIn: { scopes: ["c"], redirectPort: null, parameters: { a: "b" } } },
    false,
  ],
  [
    "the same once more",
    { signIn: { clientId: "id-1", issuer: "https://login.test/tenant" } },
    false,
  ],
  ["another path", { url: `${URL}/other` }, false],
])("tokens are another's after a change: %s", (_, changes, isIt) => {
  expect(isOtherSignIn(full.config, changeConfig(full.config, changes).config)).toBe(isIt);
});

it("an Authorization header is known in any case", () => {
  const withHeader = (name: string) =>
    hasAuthorizationHeader(changeConfig(full.config, { headers: { [name]: "x" } }).config);
  expect([withHeader("authorization"), withHeader("AUTHORIZATION"), withHeader("X-Key")]).toEqual([
    true,
    true,
    false,
  ]);
});
