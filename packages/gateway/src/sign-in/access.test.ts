import { GatewayError } from "@local-mcp/contract";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Access, type AccessOptions } from "./access.ts";
import type { TokenAnswer } from "./sign-in-types.ts";
import type { NewTokens, OpenTokens, TokenFacts } from "./token-store.ts";

const START = Date.UTC(2026, 10, 21, 12);
const ORIGIN = "https://files.example";
const LIFE_MS = 60 * 60_000;

/** What is stored, and what an authorization server does with it: each refresh token works once. */
class Stage {
  row: (TokenFacts & OpenTokens) | null = null;
  /** The refresh token that is valid there. */
  valid = "";
  given = 0;
  readonly used: string[] = [];
  /** What is thrown in place of an answer, in order. */
  readonly faults: GatewayError[] = [];
  /** Held back until it is let go. */
  gate: Promise<void> = Promise.resolve();
  isOwn = false;
  readonly access: Access;

  constructor(changes: Partial<AccessOptions> = {}) {
    this.access = new Access({
      server: () => "files",
      origin: () => ORIGIN,
      ready: async () => {},
      facts: () => this.row,
      open: () => this.row,
      save: (tokens) => this.save(tokens),
      want: (_, scopes) => {
        if (this.row) this.row = { ...this.row, wanted: [...scopes] };
      },
      refuse: (_, refusal) => {
        if (this.row) this.row = { ...this.row, refusal, refreshToken: null, canRefresh: false };
      },
      refresh: (_, token) => this.answer(token),
      obtain: async (scopes) => {
        const answer = await this.answer(this.valid);
        return { ...this.signedIn(), ...answer, scopes: [...scopes], refreshToken: null };
      },
      isOwn: () => this.isOwn,
      isWanted: () => true,
      onChange: () => {},
      log: { info() {}, warn() {}, error() {} },
      ...changes,
    });
  }

  save(tokens: NewTokens): TokenFacts {
    this.row = {
      ...tokens,
      id: "1",
      wanted: [],
      canRefresh: tokens.refreshToken !== null,
      refusal: null,
    };
    return this.row;
  }

  /** Tokens as a sign-in brings them. */
  signedIn(): NewTokens {
    this.given += 1;
    this.valid = `refresh-${this.given}`;
    return {
      issuer: "https://auth.example",
      audience: `${ORIGIN}/mcp`,
      clientId: "client",
      account: null,
      scopes: ["read"],
      expiresAt: Date.now() + LIFE_MS,
      accessToken: `access-${this.given}`,
      refreshToken: this.valid,
    };
  }

  async answer(token: string): Promise<TokenAnswer> {
    this.used.push(token);
    await this.gate;
    const fault = this.faults.shift();
    if (fault) throw fault;
    if (!this.isOwn && token !== this.valid) throw refusedFor("invalid_grant");
    const { accessToken, refreshToken, expiresAt } = this.signedIn();
    return {
      accessToken,
      refreshToken,
      expiresAt,
      scope: null,
      account: null,
    };
  }
}

const refusedFor = (error: string): GatewayError =>
  new GatewayError("sign_in_refused", {
    server: "files",
    host: "auth.example",
    reason: "what it was given is not valid any more.",
    error,
  });
const away = (): GatewayError =>
  new GatewayError("host_unreachable", { host: "auth.example", reason: "it answered with 503." });
const refusal = (used: string | null, challenge: Record<string, string> = {}) =>
  ({ status: 401, used, challenge }) as const;

let stage: Stage;
beforeEach(() => {
  vi.useFakeTimers({ now: START, toFake: ["Date", "performance", "setTimeout", "clearTimeout"] });
  stage = new Stage();
});
afterEach(async () => {
  await stage.access.close();
  vi.useRealTimers();
});

test("without tokens there is no header, and a refusal needs a person", async () => {
  expect(await stage.access.header()).toBeNull();
  expect(await stage.access.refused(refusal(null, { scope: "read" }))).toBe(false);
  expect(stage.access.challenge).toEqual({ scope: "read" });
  expect(stage.used).toEqual([]);
});

test("tokens for another origin are not shown to the server", async () => {
  stage.save({ ...stage.signedIn(), audience: "https://other.example/mcp" });
  expect(await stage.access.header()).toBeNull();
});

test("nor is what a sign-in brings that began before the server moved", async () => {
  const moved = { ...stage.signedIn(), audience: "https://former.example/mcp" };
  expect(() => stage.access.accept(moved)).toThrow(
    expect.objectContaining({ code: "sign_in_wrong_answer" }),
  );
  expect(stage.row).toBeNull();
  expect(await stage.access.header()).toBeNull();
});

test("what another process stored is used", async () => {
  stage.save(stage.signedIn());
  expect(await stage.access.header()).toBe("Bearer access-1");
});

describe("renewal", () => {
  test("begins before the end without holding anybody up", async () => {
    stage.access.accept(stage.signedIn());
    let letGo = (): void => {};
    stage.gate = new Promise((resolve) => {
      letGo = resolve;
    });
    await vi.advanceTimersByTimeAsync(LIFE_MS - 5 * 60_000);
    expect(stage.used).toEqual(["refresh-1"]);
    expect(stage.access.isRefreshing).toBe(true);
    expect(await stage.access.header()).toBe("Bearer access-1");
    letGo();
    await vi.advanceTimersByTimeAsync(0);
    expect(await stage.access.header()).toBe("Bearer access-2");
    expect(stage.row).toMatchObject({ accessToken: "access-2", refreshToken: "refresh-2" });
  });

  test("is one, however many ask and are refused", async () => {
    stage.access.accept(stage.signedIn());
    await vi.advanceTimersByTimeAsync(60_000);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => stage.access.refused(refusal("Bearer access-1"))),
    );
    expect(answers.every(Boolean)).toBe(true);
    expect(stage.used).toEqual(["refresh-1"]);
    // One that comes late needs no other.
    expect(await stage.access.refused(refusal("Bearer access-1"))).toBe(true);
    expect(stage.used).toEqual(["refresh-1"]);
  });

  test("stores what came before it is used", async () => {
    stage.access.accept(stage.signedIn());
    const order: string[] = [];
    stage = new Stage({
      save: (tokens) => {
        order.push(`save ${tokens.accessToken}`);
        return stage.save(tokens);
      },
    });
    stage.access.accept(stage.signedIn());
    await vi.advanceTimersByTimeAsync(60_000);
    await stage.access.refused(refusal("Bearer access-1"));
    order.push(String(await stage.access.header()));
    expect(order).toEqual(["save access-1", "save access-2", "Bearer access-2"]);
  });

  test("that cannot be stored is used, and stored as soon as it can be", async () => {
    let isFull = false;
    stage = new Stage({
      save: (tokens) => {
        if (isFull) throw new Error("the disk is full");
        return stage.save(tokens);
      },
    });
    stage.access.accept(stage.signedIn());
    await vi.advanceTimersByTimeAsync(60_000);
    isFull = true;
    expect(await stage.access.refused(refusal("Bearer access-1"))).toBe(true);
    expect(await stage.access.header()).toBe("Bearer access-2");
    expect(stage.row?.refreshToken).toBe("refresh-1");
    isFull = false;
    expect(await stage.access.header()).toBe("Bearer access-2");
    expect(stage.row?.refreshToken).toBe("refresh-2");
  });

  test("is tried again through an outage, while calls wait for it", async () => {
    stage.access.accept(stage.signedIn());
    await vi.advanceTimersByTimeAsync(60_000);
    stage.faults.push(away(), away(), away());
    const asked = stage.access.refused(refusal("Bearer access-1"));
    await vi.advanceTimersByTimeAsync(2000);
    expect(await asked).toBe(true);
    expect(stage.access.problem).toBeNull();
    expect(stage.used).toEqual(["refresh-1", "refresh-1", "refresh-1", "refresh-1"]);
  });

  test("that takes too long is told, goes on, and is not waited for again", async () => {
    stage.access.accept(stage.signedIn());
    await vi.advanceTimersByTimeAsync(60_000);
    stage.faults.push(...Array.from({ length: 8 }, away));
    const asked = stage.access.refused(refusal("Bearer access-1")).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(await asked).toMatchObject({ code: "sign_in_not_renewed" });
    // At once: the clock stands still.
    await expect(stage.access.refused(refusal("Bearer access-1"))).rejects.toMatchObject({
      code: "sign_in_not_renewed",
    });
    await vi.advanceTimersByTimeAsync(120_000);
    expect(await stage.access.header()).toBe("Bearer access-2");
  });

  test("of access that is over at once is no endless loop", async () => {
    const answer = vi.spyOn(stage, "answer").mockImplementation(async (token) => {
      stage.used.push(token);
      const { accessToken, refreshToken } = stage.signedIn();
      const rest = { scope: null, account: null, expiresAt: Date.now() };
      return { accessToken, refreshToken, ...rest };
    });
    stage.access.accept({ ...stage.signedIn(), expiresAt: Date.now() });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(answer.mock.calls.length).toBeGreaterThan(1);
    expect(answer.mock.calls.length).toBeLessThan(25);
  });

  test("that is refused ends the sign-in, and says why", async () => {
    stage.access.accept(stage.signedIn());
    await vi.advanceTimersByTimeAsync(60_000);
    stage.valid = "another";
    expect(await stage.access.refused(refusal("Bearer access-1"))).toBe(false);
    expect(stage.row?.refusal).toBe(
      "auth.example refused to renew it: what it was given is not valid any more.",
    );
    expect(await stage.access.header()).toBeNull();
    expect(stage.used).toHaveLength(1);
  });

  test("without a refresh token there is none", async () => {
    stage.access.accept({ ...stage.signedIn(), refreshToken: null });
    await vi.advanceTimersByTimeAsync(LIFE_MS + 1);
    expect(await stage.access.header()).toBe("Bearer access-1");
    expect(await stage.access.refused(refusal("Bearer access-1"))).toBe(false);
    expect(stage.row?.refusal).toBe("access has ended, and nothing was given to renew it with.");
  });

  test("access that was given just now and is refused is not renewed for ever", async () => {
    stage.access.accept(stage.signedIn());
    // Once may be a moment's fault of the server.
    expect(await stage.access.refused(refusal("Bearer access-1"))).toBe(true);
    expect(await stage.access.refused(refusal("Bearer access-2"))).toBe(false);
    expect(stage.row?.refusal).toBe("the server does not accept the access that was given for it.");
    expect(stage.used).toEqual(["refresh-1"]);
  });

  test("what comes after a sign-out, or a new sign-in, is not kept", async () => {
    stage.access.accept(stage.signedIn());
    await vi.advanceTimersByTimeAsync(60_000);
    let letGo = (): void => {};
    stage.gate = new Promise((resolve) => {
      letGo = resolve;
    });
    const asked = stage.access.refused(refusal("Bearer access-1"));
    await vi.advanceTimersByTimeAsync(0);
    stage.access.accept(stage.signedIn());
    letGo();
    await vi.advanceTimersByTimeAsync(0);
    expect(await asked).toBe(true);
    expect(await stage.access.header()).toBe("Bearer access-2");
  });

  test("the end of the gateway waits for an answer that is on its way", async () => {
    stage.access.accept(stage.signedIn());
    await vi.advanceTimersByTimeAsync(60_000);
    let letGo = (): void => {};
    stage.gate = new Promise((resolve) => {
      letGo = resolve;
    });
    void stage.access.refused(refusal("Bearer access-1"));
    await vi.advanceTimersByTimeAsync(0);
    const closed = stage.access.close();
    letGo();
    await vi.advanceTimersByTimeAsync(0);
    await closed;
    expect(stage.row).toMatchObject({ refreshToken: "refresh-2" });
  });
});

describe("more scopes", () => {
  const missing = {
    status: 403,
    used: "Bearer access-1",
    challenge: { scope: "read write" },
  } as const;

  test("are noted for a person, once", async () => {
    stage.access.accept(stage.signedIn());
    expect(await stage.access.refused(missing)).toBe(false);
    expect(stage.row?.wanted).toEqual(["write"]);
    expect(await stage.access.header()).toBe("Bearer access-1");
  });

  test("are not noted without end, whatever a server asks for", async () => {
    stage.access.accept(stage.signedIn());
    for (let call = 0; call < 300; call += 1) {
      const scope = `scope-${call} other-${call}`;
      await stage.access.refused({ ...missing, challenge: { scope } });
    }
    expect(stage.row?.wanted).toHaveLength(100);
    await stage.access.refused({ ...missing, challenge: { scope: 'a\u009b31m b" \\' } });
    expect(stage.row?.wanted).toHaveLength(100);
  });

  test("are asked for at once where the gateway signs in by itself, and not again and again", async () => {
    stage.isOwn = true;
    stage.access.accept({ ...stage.signedIn(), refreshToken: null });
    expect(await stage.access.refused(missing)).toBe(true);
    expect(stage.row?.scopes).toEqual(["read", "write"]);
  });
});

test("the gateway's own credentials get access when the server asks for it", async () => {
  stage.isOwn = true;
  expect(await stage.access.refused(refusal(null))).toBe(true);
  expect(await stage.access.header()).toBe("Bearer access-1");
});

test("own credentials that are refused are told, and tried again when somebody says so", async () => {
  stage.isOwn = true;
  stage.faults.push(refusedFor("invalid_client"));
  expect(await stage.access.refused(refusal(null))).toBe(false);
  expect(stage.access.refusal?.code).toBe("sign_in_refused");
  await stage.access.signIn();
  expect(stage.access.refusal).toBeNull();
  expect(await stage.access.header()).toBe("Bearer access-1");
});
