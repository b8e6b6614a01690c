import { createHmac, createSign, generateKeyPairSync } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SignedTokens } from "./signed-tokens.ts";

const SECRET = "a secret that is thirty-two bytes long, or more";
const NOW = 1_800_000_000;

beforeEach(() => {
  vi.useFakeTimers({ now: NOW * 1000, toFake: ["Date"] });
});

afterEach(() => {
  vi.useRealTimers();
});

const encoded = (value: unknown): string =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

const hmac = (hash: string, secret: string, text: string): string =>
  createHmac(hash, secret).update(text).digest("base64url");

/** A token as anybody can write one, good or bad. */
function sign(
  claims: unknown,
  {
    header = {},
    secret = SECRET,
    hash = "sha256",
  }: { header?: object; secret?: string; hash?: string } = {},
): string {
  const text = `${encoded({ alg: "HS256", typ: "JWT", ...header })}.${encoded(claims)}`;
  return `${text}.${hmac(hash, secret, text)}`;
}

const claims = { sub: "ci", exp: NOW + 60 };

const start = (options: { audience?: string; issuer?: string } = {}) =>
  new SignedTokens({
    secret: SECRET,
    audience: options.audience ?? null,
    issuer: options.issuer ?? null,
    profileId: (slug) => (slug === "dev" ? "p1" : null),
  });

describe("a token that was signed with our secret", () => {
  it.each([
    [
      "its subject",
      claims,
      { name: "jwt:ci", profileId: null, rights: ["use", "manage", "processes"] },
    ],
    [
      "the ancestor's claim",
      { username: "admin@example.com", exp: NOW + 60 },
      { name: "jwt:admin@example.com" },
    ],
    ["fewer rights", { ...claims, rights: ["use", "manage"] }, { rights: ["use", "manage"] }],
    ["one profile", { ...claims, profile: "dev" }, { profileId: "p1", rights: ["use"] }],
    [
      "claims of others",
      { ...claims, aud: "x", iss: "y", teams: ["z"], nbf: NOW },
      { name: "jwt:ci" },
    ],
  ])("carries %s", async (_, given, expected) => {
    const principal = await start().verify(sign(given));
    expect(principal).toMatchObject({ kind: "token", tokenId: null, expiresAt: (NOW + 60) * 1000 });
    expect(principal).toMatchObject(expected);
  });

  it.each([
    ["has expired", { ...claims, exp: NOW }, /has expired/],
    ["never expires", { sub: "ci" }, /“exp” is missing/],
    ["expires in words", { sub: "ci", exp: "never" }, /“exp”/],
    ["is for later", { ...claims, nbf: NOW + 1 }, /“nbf”/],
    ["is nobody's", { exp: NOW + 60 }, /“sub” is missing/],
    ["has a name that is none", { ...claims, sub: "a\nb" }, /“sub”/],
    ["has a right that there is not", { ...claims, rights: ["root"] }, /“rights”/],
    ["has no right at all", { ...claims, rights: [] }, /“rights”/],
    [
      "is for a profile that there is not",
      { ...claims, profile: "gone" },
      /a profile that there is not/,
    ],
  ])("is refused with the reason where it %s", async (_, given, reason) => {
    await expect(start().verify(sign(given))).rejects.toMatchObject({
      code: "token_refused",
      message: expect.stringMatching(reason),
    });
  });

  it("names audience and issuer where those are set", async () => {
    const strict = start({ audience: "gateway", issuer: "us" });
    const right = { ...claims, aud: ["other", "gateway"], iss: "us" };
    expect(await strict.verify(sign(right))).toMatchObject({ name: "jwt:ci" });
    for (const wrong of [claims, { ...right, aud: "other" }, { ...right, iss: "them" }]) {
      await expect(strict.verify(sign(wrong))).rejects.toMatchObject({ code: "token_refused" });
    }
  });
});

describe("what we did not sign is nobody", () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const signRsa = (header: object): string => {
    const text = `${encoded(header)}.${encoded(claims)}`;
    return `${text}.${createSign("sha256").update(text).sign(privateKey, "base64url")}`;
  };
  const [head = "", body = "", signature = ""] = sign(claims).split(".");
  it.each([
    ["another secret", sign(claims, { secret: `${SECRET}!` })],
    ["no signature", `${head}.${body}.`],
    ["two parts", `${head}.${body}`],
    ["alg none", `${encoded({ alg: "none" })}.${body}.`],
    ["alg None with our signature", `${encoded({ alg: "None" })}.${body}.${signature}`],
    ["HS512 with our secret", sign(claims, { header: { alg: "HS512" }, hash: "sha512" })],
    ["HS384 with our secret", sign(claims, { header: { alg: "HS384" }, hash: "sha384" })],
    ["HS512 said, HS256 done", sign(claims, { header: { alg: "HS512" } })],
    ["no alg", sign(claims, { header: { alg: undefined } })],
    ["an RSA signature", signRsa({ alg: "RS256" })],
    ["its own key", signRsa({ alg: "RS256", jwk: publicKey.export({ format: "jwk" }) })],
    ["an unknown critical header", sign(claims, { header: { crit: ["x"], x: 1 } })],
    [
      "another body under our signature",
      `${head}.${encoded({ ...claims, sub: "root" })}.${signature}`,
    ],
    ["claims that are no object", sign("[1]")],
    ["garbage", "a.b.c"],
    ["nothing", ".."],
    ["a token of another kind", "lmg_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"],
  ])("%s", async (_, token) => {
    expect(await start().verify(token)).toBeNull();
  });
});
