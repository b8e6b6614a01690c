import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { BasicCredentials } from "./basic-credentials.ts";
import { FailedTokens } from "./failed-tokens.ts";
import { givenCredentials } from "./given-credentials.ts";
import { newToken, type TokenRow, Tokens, type TokensOptions } from "./tokens.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

const HERE = "127.0.0.1";
const DAY_MS = 24 * 3_600_000;

function start(options: Partial<TokensOptions> = {}) {
  const rows: TokenRow[] = [];
  const touched: string[][] = [];
  const said: string[] = [];
  const log = {
    info: () => {},
    warn: (message: string) => void said.push(message),
    error: (message: string) => void said.push(message),
  };
  const tokens = new Tokens({
    store: {
      list: () => rows,
      insert: (row) => void rows.push(row),
      delete: (id) =>
        rows.splice(
          rows.findIndex((row) => row.id === id),
          1,
        ).length > 0,
      touch: (lastUsed) => void touched.push([...lastUsed.keys()]),
    },
    profileSlug: () => null,
    ...givenCredentials({ admin: null, basic: null, signing: null }, () => null),
    failed: new FailedTokens({ now: () => Date.now(), log }),
    isInUse: () => false,
    log,
    ...options,
  });
  return { tokens, rows, touched, said };
}

describe("a stored token", () => {
  it("is shown once, kept as its hash, and found again after a restart", async () => {
    const { tokens, rows } = start();
    const { token, hint } = tokens.create({ name: "a", profileId: null, rights: ["use"] });
    expect(token).toMatch(/^lmg_[\w-]{43}$/);
    expect(hint).toBe(`lmg_…${token.slice(-4)}`);
    expect(JSON.stringify([rows, tokens.list()])).not.toContain(token.slice(4, -4));
    const restarted = start({ store: { ...noStore, list: () => rows } }).tokens;
    expect(await restarted.authenticate(`Bearer ${token}`, HERE)).toMatchObject({ name: "a" });
    expect(await restarted.authenticate(`bearer  ${token} `, HERE)).toMatchObject({ name: "a" });
  });

  it("costs a disk that is full no more than when it was last used", async () => {
    let isFull = true;
    const touched: string[][] = [];
    const { tokens, said } = start({
      store: {
        ...noStore,
        touch: (lastUsed) => {
          if (isFull) throw new Error("database or disk is full");
          touched.push([...lastUsed.keys()]);
        },
      },
    });
    const { id, token } = tokens.create({ name: "a", profileId: null, rights: ["use"] });
    await tokens.authenticate(`Bearer ${token}`, HERE);
    vi.advanceTimersByTime(30_000);
    expect(said).toEqual(["the use of tokens could not be written"]);
    isFull = false;
    tokens.close();
    expect(touched).toEqual([[id]]);
  });

  it("is written as used in batches and at the end, and not when it is gone", async () => {
    const { tokens, touched } = start();
    const made = ["a", "b", "c"].map((name) =>
      tokens.create({ name, profileId: null, rights: ["use"] }),
    );
    for (const { token } of made) await tokens.authenticate(`Bearer ${token}`, HERE);
    tokens.revoke("c");
    expect(touched).toEqual([]);
    vi.advanceTimersByTime(30_000);
    const ids = made.map(({ id }) => id).slice(0, 2);
    expect(touched).toEqual([ids]);
    await tokens.authenticate(`Bearer ${made[0]?.token}`, HERE);
    tokens.close();
    expect(touched).toEqual([ids, ids.slice(0, 1)]);
  });

  it("that shares its name with another is revoked by its id", async () => {
    const { tokens } = start();
    const [one, two] = [1, 2].map(() =>
      tokens.create({ name: "twin", profileId: null, rights: ["use"] }),
    );
    expect(() => tokens.revoke("twin")).toThrow(/2 tokens are named “twin”/);
    expect(tokens.revoke(one?.id ?? "")).toBe(one?.id);
    await expect(tokens.authenticate(`Bearer ${one?.token}`, HERE)).rejects.toThrow(/not valid/);
    expect(await tokens.authenticate(`Bearer ${two?.token}`, HERE)).toMatchObject({ name: "twin" });
    expect(tokens.revoke("twin")).toBe(two?.id);
    expect(() => tokens.revoke("twin")).toThrow(
      expect.objectContaining({ code: "token_not_found" }),
    );
  });

  it("goes with its profile", async () => {
    const { tokens } = start();
    const bound = tokens.create({ name: "a", profileId: "p", rights: ["use"] });
    const bridge = tokens.createTemporary("bridge", "p");
    const free = tokens.create({ name: "b", profileId: null, rights: ["use"] });
    expect(tokens.forgetProfile("p")).toEqual([bound.id, bridge.id]);
    for (const { token } of [bound, bridge]) {
      await expect(tokens.authenticate(`Bearer ${token}`, HERE)).rejects.toThrow(/not valid/);
    }
    expect(await tokens.authenticate(`Bearer ${free.token}`, HERE)).toMatchObject({ name: "b" });
  });
});

describe("a temporary token", () => {
  it("is one profile's, and forgotten a day after its last use", async () => {
    const { tokens, touched } = start();
    const { id, token } = tokens.createTemporary("bridge", "p");
    const use = () => tokens.authenticate(`Bearer ${token}`, HERE);
    expect(await use()).toMatchObject({ tokenId: id, profileId: "p", rights: ["use"] });
    vi.advanceTimersByTime(DAY_MS - 60_000);
    await use();
    vi.advanceTimersByTime(DAY_MS - 60_000);
    await use();
    vi.advanceTimersByTime(DAY_MS + 60_000);
    await expect(use()).rejects.toThrow(/not valid/);
    expect(touched).toEqual([]);
  });

  it("stays while something is open with it, and goes when it is revoked", async () => {
    let isInUse = true;
    const { tokens } = start({ isInUse: () => isInUse });
    const { id, token } = tokens.createTemporary("bridge", "p");
    vi.advanceTimersByTime(2 * DAY_MS);
    expect(await tokens.authenticate(`Bearer ${token}`, HERE)).toMatchObject({ tokenId: id });
    isInUse = false;
    expect(tokens.revoke(id)).toBe(id);
    await expect(tokens.authenticate(`Bearer ${token}`, HERE)).rejects.toThrow(/not valid/);
  });

  it("of the command line stays as long as the process", async () => {
    const { tokens } = start();
    const token = newToken();
    tokens.knowCommandLine(token);
    vi.advanceTimersByTime(30 * DAY_MS);
    expect(await tokens.authenticate(`Bearer ${token}`, HERE)).toMatchObject({
      kind: "cli",
      rights: ["use", "manage", "processes"],
    });
  });
});

describe("what is given from the environment", () => {
  const pair = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;

  it("is a token or a password, each whole", async () => {
    const { tokens } = start({
      ...givenCredentials(
        { admin: "from-the-environment", basic: null, signing: null },
        () => null,
      ),
      basic: new BasicCredentials({ user: "admin", password: "correct horse" }),
    });
    expect(await tokens.authenticate("Bearer from-the-environment", HERE)).toMatchObject({
      tokenId: "environment",
      rights: ["use", "manage", "processes"],
    });
    expect(await tokens.authenticate(pair("admin:correct horse"), HERE)).toMatchObject({
      tokenId: null,
      name: "basic:admin",
      rights: ["use", "manage", "processes"],
    });
    for (const wrong of [
      "Bearer from-the-environmen",
      "Bearer from-the-environment2",
      "Basic from-the-environment",
      "Digest from-the-environment",
      "Bearer",
      "",
      pair("admin:correct hors"),
      pair("admin:correct horse "),
      pair("Admin:correct horse"),
      pair("admin"),
    ]) {
      await expect(tokens.authenticate(wrong, `2001:db8:${wrong.length}::1`)).rejects.toThrow(
        expect.objectContaining({ code: "token_unknown" }),
      );
    }
  });

  it("is nobody where it is not set", async () => {
    const { tokens } = start();
    await expect(tokens.authenticate(pair(":"), HERE)).rejects.toThrow(/not valid/);
    await expect(tokens.authenticate("Bearer e30.e30.", HERE)).rejects.toThrow(/not valid/);
    expect(await tokens.authenticate(undefined, HERE)).toBeNull();
  });
});

const noStore = { list: () => [], insert: () => {}, delete: () => true, touch: () => {} };
