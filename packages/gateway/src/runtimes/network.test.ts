import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readCertificates } from "./certificates.ts";
import { proxyFor, resolveNetwork, viewNetwork } from "./network.ts";

const AUTHORITY = fileURLToPath(new URL("../../../../e2e/fixtures/tls/ca.pem", import.meta.url));
const NOTHING_SET = { proxy: "", noProxy: "", extraCaFile: "" };
const HTTP = "http://example.com/";
const HTTPS = "https://example.com/";

const proxyOf = (url: string, env: Record<string, string>, settings = {}): string | null =>
  proxyFor(resolveNetwork({ ...NOTHING_SET, ...settings }, env), new URL(url))?.href ?? null;

describe("the proxy", () => {
  it.each([
    [HTTPS, { HTTPS_PROXY: "http://p:1" }, "http://p:1/"],
    [HTTP, { HTTPS_PROXY: "http://p:1" }, null],
    [HTTP, { HTTP_PROXY: "http://p:1" }, "http://p:1/"],
    [HTTPS, { HTTP_PROXY: "http://p:1" }, null],
    [HTTPS, { https_proxy: "http://small:1", HTTPS_PROXY: "http://BIG:1" }, "http://small:1/"],
    [HTTPS, { HTTPS_PROXY: "", ALL_PROXY: "https://all:1" }, "https://all:1/"],
    [HTTPS, { HTTPS_PROXY: "p:1" }, "http://p:1/"],
    [HTTPS, { HTTPS_PROXY: "me:pass@p:1" }, "http://me:pass@p:1/"],
    [HTTPS, { ALL_PROXY: "socks5://p:1" }, null],
    [HTTPS, { HTTPS_PROXY: "http://" }, null],
    [HTTPS, {}, null],
  ])("to %s with %j is %s", (url, env, proxy) => {
    expect(proxyOf(url, env)).toBe(proxy);
  });

  it("of the settings wins, and “direct” is none", () => {
    const env = { HTTPS_PROXY: "http://environment:1", HTTP_PROXY: "socks5://environment:1" };
    for (const url of [HTTP, HTTPS]) {
      expect(proxyOf(url, env, { proxy: "http://settings:1" })).toBe("http://settings:1/");
      expect(proxyOf(url, env, { proxy: "direct" })).toBeNull();
    }
    expect(resolveNetwork({ ...NOTHING_SET, proxy: "direct" }, env).problem).toBeNull();
  });

  it("that cannot be used is named, without its password", () => {
    const network = resolveNetwork(NOTHING_SET, { ALL_PROXY: "socks5://me:secret@p:1" });
    expect(network.problem).toBe("The proxy of ALL_PROXY is not used: it is none for HTTP.");
  });

  it("is shown without user and password", () => {
    const env = { HTTPS_PROXY: "http://me:secret@p:8080", HTTP_PROXY: "https://me:secret@q" };
    const shown = viewNetwork(resolveNetwork(NOTHING_SET, env));
    expect(shown).toMatchObject({ httpsProxy: "http://p:8080", httpProxy: "https://q" });
    expect(JSON.stringify(shown)).not.toMatch(/me|secret/);
  });
});

describe("what is reached without the proxy", () => {
  const isDirect = (url: string, noProxy: string): boolean =>
    proxyOf(url, { ALL_PROXY: "http://p:1", NO_PROXY: noProxy }) === null;

  it.each([
    ["https://example.com/", "example.com", true],
    ["https://a.example.com/", "example.com", true],
    ["https://a.example.com/", ".example.com", true],
    ["https://a.example.com/", "*.example.com", true],
    ["https://EXAMPLE.com./", "Example.COM", true],
    ["https://notexample.com/", "example.com", false],
    ["https://example.com.evil.test/", "example.com", false],
    ["https://example.com/", "a.example.com", false],
    ["https://example.com/", "one.test, two.test example.com", true],
    ["https://example.com/", "example.com:443", true],
    ["http://example.com/", "example.com:443", false],
    ["https://example.com:8443/", "example.com:8443", true],
    ["https://anything.test/", "*", true],
    ["https://10.1.2.3/", "10.1.2.3", true],
    ["https://10.1.2.3/", "2.3", false],
    ["https://[fd00::1]/", "fd00::1", true],
    ["https://[fd00::1]:8443/", "[fd00::1]:8443", true],
    ["https://[fd00::1]/", "[fd00::1]:8443", false],
    ["https://example.com/", ",, ,", false],
  ])("%s with NO_PROXY=%s: %s", (url, noProxy, expected) => {
    expect(isDirect(url, noProxy)).toBe(expected);
  });

  it.each([
    "http://127.0.0.1:1/",
    "http://127.1.2.3/",
    "http://localhost/",
    "http://localhost./",
    "http://mcp.localhost/",
    "https://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://0.0.0.0:1/",
  ])("%s is, always", (url) => {
    expect(isDirect(url, "")).toBe(true);
    expect(proxyOf(url, {}, { proxy: "http://p:1" })).toBeNull();
  });

  it.each([
    "http://127.example.com/",
    "http://localhost.example.com/",
    "http://[::ffff:10.0.0.1]/",
  ])("%s is not, although it resembles this computer", (url) =>
    expect(isDirect(url, "")).toBe(false),
  );

  it("is in the settings before the environment", () => {
    const env = { ALL_PROXY: "http://p:1", NO_PROXY: "example.com" };
    expect(proxyOf(HTTPS, env, { noProxy: "other.test" })).toBe("http://p:1/");
    expect(proxyOf("https://other.test/", env, { noProxy: "other.test" })).toBeNull();
  });
});

describe("extra certificates", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "certificates-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const file = (text: string): string => {
    const path = join(folder, "ca.pem");
    writeFileSync(path, text);
    return path;
  };

  it("are those of the settings, or else of the environment", () => {
    const two = file(
      `words\n${readCertificates(AUTHORITY)[0]}\nmore\n${readCertificates(AUTHORITY)[0]}`,
    );
    const env = { NODE_EXTRA_CA_CERTS: AUTHORITY };
    expect(resolveNetwork(NOTHING_SET, env).extraCa?.certificates).toHaveLength(1);
    const set = resolveNetwork({ ...NOTHING_SET, extraCaFile: two }, env);
    expect(set.extraCa).toMatchObject({ file: two, certificates: { length: 2 } });
  });

  it("that cannot be read are a problem, and the rest goes on", () => {
    const env = { NODE_EXTRA_CA_CERTS: join(folder, "none"), HTTPS_PROXY: "http://p:1" };
    expect(resolveNetwork(NOTHING_SET, env)).toMatchObject({
      extraCa: null,
      problem: `${join(folder, "none")} cannot be read: there is no such file.`,
      httpsProxy: { host: "p:1" },
    });
  });

  it("are certificates and nothing else", () => {
    const begin = "-----BEGIN CERTIFICATE-----";
    const end = "-----END CERTIFICATE-----";
    const broken = file(`${begin}\nMIIBszCCAVmgAwIBAgIU\n${end}\n`);
    expect(() => readCertificates(broken)).toThrow("its certificate 1 is damaged");
    expect(() => readCertificates(file("nothing"))).toThrow("no certificate in PEM form");
    expect(() => readCertificates(folder)).toThrow(`${folder} cannot be read: it is no file`);
    expect(() => readCertificates("/dev/zero")).toThrow("it is no file");
    expect(() => readCertificates("ca.pem")).toThrow("the whole path");
    writeFileSync(join(folder, "ca.pem"), Buffer.alloc(17 * 1024 * 1024));
    expect(() => readCertificates(join(folder, "ca.pem"))).toThrow("too large");
  });
});
