import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Bench, isFree, visit } from "./under-way.fixture.ts";

let bench: Bench;
beforeEach(async () => {
  bench = await Bench.open();
});
afterEach(() => bench.close());

const WRONG = "sign_in_wrong_answer";
const MINUTE = 60_000;

describe("a sign-in in a browser", () => {
  test("ends with tokens, a page that says so, and a free port", async () => {
    const { id, page, redirectUri, port, started, outcome } = await bench.begin();
    const asked = Object.fromEntries(new URL(page).searchParams);
    expect(asked).toMatchObject({
      response_type: "code",
      client_id: "gateway",
      scope: "read write",
      resource: "https://mcp.example/",
      code_challenge_method: "S256",
    });
    expect(redirectUri).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callback$/);
    expect(started).toMatchObject({
      way: "browser",
      host: new URL(bench.server.issuer).host,
      issuer: bench.server.issuer,
      scopes: ["read", "write"],
      userCode: null,
      endsAt: bench.clock.now() + 10 * MINUTE,
    });
    expect(bench.signIns.of("s1")).toMatchObject({ id, way: "browser", endsAt: started.endsAt });
    expect(await isFree(port)).toBe(false);

    const { status, landed, shown, html } = await visit(bench.server.approve(page));
    expect([status, shown, landed]).toEqual([303, 200, `http://127.0.0.1:${port}/done`]);
    expect(html).toContain("<h1>Signed in to “github”</h1>");
    expect(html).toContain("You can close this window.");
    expect(await outcome()).toEqual({ state: "done", error: null });
    expect(bench.kept).toHaveLength(1);
    expect(bench.kept[0]?.answer.refreshToken).toMatch(/^refresh-/);
    expect(bench.kept[0]?.scopes).toEqual(["read", "write"]);
    expect(bench.signIns.of("s1")).toBeNull();
    expect(await bench.sessions.getAllSessionIds()).toEqual([]);
    expect(bench.changes).toEqual(["s1", "s1"]);
    await expect.poll(() => isFree(port)).toBe(true);
  });

  test("shows and logs nothing that belongs to the two servers alone", async () => {
    const { page, outcome } = await bench.begin();
    const back = bench.server.approve(page);
    const { html } = await visit(back);
    await outcome();
    const { code_verifier } = Object.fromEntries(bench.server.tokenRequests[0] ?? []);
    const secrets = [...new URL(back).searchParams.values(), code_verifier ?? "", page];
    expect(secrets.filter((secret) => (html + bench.log).includes(secret))).toEqual([]);
    expect(html).not.toContain("<script");
  });

  test("has tokens stored before it says so, and says so where that fails", async () => {
    const { page, outcome } = await bench.begin({
      onTokens: () => {
        throw new Error("the disk, and a token-canary");
      },
    });
    const { html } = await visit(bench.server.approve(page));
    expect(html).toContain("Not signed in to “github”");
    expect(await outcome()).toMatchObject({ state: "failed", error: { code: "internal" } });
    expect(html).not.toContain("canary");
  });

  test("is never answered twice", async () => {
    let open = (): void => {};
    bench.server.gate = new Promise((resolve) => {
      open = resolve;
    });
    const { page, outcome } = await bench.begin();
    const back = bench.server.approve(page);
    const first = visit(back);
    await expect.poll(() => bench.server.tokenRequests.length).toBe(1);
    const second = await visit(back);
    expect([second.shown, second.html]).toEqual([400, expect.stringContaining("one before")]);
    open();
    expect((await first).shown).toBe(200);
    expect((await outcome()).state).toBe("done");
    expect(bench.server.tokenRequests).toHaveLength(1);
    expect(bench.server.reused).toBe(0);
  });
});

describe("an answer that is not right", () => {
  test.each([
    ["another state", { state: "x".repeat(43) }],
    ["no state", { state: null }],
    ["an empty state", { state: "" }],
    ["two states", (state: string) => ({ state: [state, state] })],
    ["a state with more behind it", (state: string) => ({ state: `${state}x` })],
    ["a state in other case", (state: string) => ({ state: state.toUpperCase() })],
  ])("%s: is somebody else's, and the sign-in goes on", async (_, changes) => {
    const { page, outcome } = await bench.begin();
    const state = new URL(page).searchParams.get("state") ?? "";
    const wrong = typeof changes === "function" ? changes(state) : changes;
    const { status, html } = await visit(bench.server.approve(page, wrong));
    expect(status).toBe(400);
    expect(html).toContain("does not belong to this sign-in");
    expect(bench.server.tokenRequests).toEqual([]);
    expect(bench.signIns.of("s1")).not.toBeNull();
    await visit(bench.server.approve(page));
    expect((await outcome()).state).toBe("done");
  });

  test.each([
    ["another issuer", { iss: "https://evil.example" }, false],
    ["the issuer with a slash", (issuer: string) => ({ iss: `${issuer}/` }), false],
    ["the issuer in capitals", (issuer: string) => ({ iss: issuer.toUpperCase() }), false],
    ["two issuers", (issuer: string) => ({ iss: [issuer, "https://evil.example"] }), false],
    ["the right issuer twice", (issuer: string) => ({ iss: [issuer, issuer] }), false],
    ["no issuer where one was promised", { iss: null }, true],
    ["another issuer where one was promised", { iss: "https://evil.example" }, true],
    ["two codes", { code: ["one", "two"] }, false],
    ["no code", { code: null }, false],
    ["an empty code", { code: "" }, false],
    ["a refusal of another issuer", { iss: "https://evil.example", error: "access_denied" }, false],
    [
      "a refusal of the issuer with a slash",
      (issuer: string) => ({ iss: `${issuer}/`, error: "access_denied" }),
      false,
    ],
    [
      "a refusal of nobody where an issuer was promised",
      { iss: null, error: "access_denied" },
      true,
    ],
    ["tokens in it", { id_token: "a.b.c" }, false],
  ])("%s: ends it before anything is exchanged", async (_, changes, promised) => {
    const authorizationServer = {
      ...bench.server.metadata,
      authorization_response_iss_parameter_supported: promised,
    };
    const discovered = { ...bench.request().discovered, authorizationServer };
    const { page, port, outcome } = await bench.begin({ discovered });
    const wrong = typeof changes === "function" ? changes(bench.server.issuer) : changes;
    const { html } = await visit(bench.server.approve(page, wrong));
    expect(html).toContain("Not signed in to “github”");
    expect(await outcome()).toMatchObject({ state: "failed", error: { code: WRONG } });
    expect(bench.server.tokenRequests).toEqual([]);
    expect(bench.kept).toEqual([]);
    expect(bench.failures).toMatchObject([{ code: WRONG }]);
    await expect.poll(() => isFree(port)).toBe(true);
  });

  test("no issuer where none was promised: is fine", async () => {
    const { page, outcome } = await bench.begin();
    await visit(bench.server.approve(page, { iss: null }));
    expect((await outcome()).state).toBe("done");
  });

  test("of others, twenty are borne", async () => {
    const { page, port, outcome } = await bench.begin();
    const wrong = bench.server.approve(page, { state: "wrong" });
    for (let count = 1; count < 20; count += 1) await visit(wrong);
    expect(bench.signIns.of("s1")).not.toBeNull();
    await visit(wrong);
    expect(await outcome()).toMatchObject({ state: "failed", error: { code: WRONG } });
    await expect.poll(() => isFree(port)).toBe(true);
  });

  test("a code for another verifier, address or client is refused there, and not tried again", async () => {
    const { page, redirectUri, outcome } = await bench.begin();
    const other = new URL(page);
    other.searchParams.set("code_challenge", "a".repeat(43));
    await visit(bench.server.approve(other.href));
    expect(await outcome()).toMatchObject({
      state: "failed",
      error: { code: "sign_in_refused", params: { error: "invalid_grant" } },
    });
    for (const [name, value] of [
      ["redirect_uri", `${redirectUri}/x`],
      ["client_id", "another"],
    ] as const) {
      const next = await bench.begin();
      const page = new URL(next.page);
      const back = new URL(page.searchParams.get("redirect_uri") ?? "");
      page.searchParams.set(name, value);
      back.search = new URL(bench.server.approve(page.href)).search;
      await visit(back.href);
      expect(await next.outcome()).toMatchObject({ error: { code: "sign_in_refused" } });
    }
    expect(bench.server.tokenRequests).toHaveLength(3);
    expect(bench.kept).toEqual([]);
  });

  test("a token endpoint that fails ends it, and the code is not sent again", async () => {
    const { page, outcome } = await bench.begin();
    bench.server.nextAnswer = { status: 503, body: {} };
    await visit(bench.server.approve(page));
    expect(await outcome()).toMatchObject({ state: "failed", error: { code: "host_unreachable" } });
    expect(bench.server.tokenRequests).toHaveLength(1);
  });
});

describe("an error for an answer", () => {
  const refusal = async (changes: Record<string, string>) => {
    const { page, outcome } = await bench.begin();
    const { html } = await visit(bench.server.approve(page, { code: null, ...changes }));
    return { html, error: (await outcome()).error };
  };

  test("is a refusal, in words", async () => {
    const { html, error } = await refusal({ error: "access_denied" });
    expect(error).toMatchObject({ code: "sign_in_refused" });
    expect(error?.message).toMatch(/refused the sign-in to “github”: it was declined\.$/);
    expect(html).toContain("it was declined");
    expect(bench.failures).toEqual([error]);
  });

  test("cannot write into the page, or turn it around", async () => {
    const hostile = `<script>alert(1)</script>"'&\u202e\u0000\u2028${"a".repeat(5000)}`;
    const { html, error } = await refusal({ error: "x<b>", error_description: hostile });
    expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;");
    expect(html).not.toMatch(/<script|<b>|[\u202e\u2028]/);
    expect(error?.message.length).toBeLessThan(500);
  });

  test("of a megabyte is turned away, and the sign-in goes on", async () => {
    const { page, outcome } = await bench.begin();
    const { status } = await visit(
      bench.server.approve(page, { error: "x", error_description: "a".repeat(1 << 20) }),
    );
    expect(status).toBe(431);
    await visit(bench.server.approve(page));
    expect((await outcome()).state).toBe("done");
  });

  test("of a megabyte at the token endpoint is cut", async () => {
    const { page, outcome } = await bench.begin();
    const body = { error: "invalid_grant", error_description: "a".repeat(1 << 20) };
    bench.server.nextAnswer = { status: 400, body };
    const { html } = await visit(bench.server.approve(page));
    expect((await outcome()).error?.code).toBe("sign_in_refused");
    expect(html.length).toBeLessThan(3000);
  });
});

describe("the end", () => {
  test("by a person frees the port and forgets the sign-in", async () => {
    const { id, port, outcome, paste } = await bench.begin();
    const waiting = outcome();
    await bench.signIns.cancel("s1", id);
    expect(await waiting).toEqual({ state: "cancelled", error: null });
    expect(await isFree(port)).toBe(true);
    expect(await bench.sessions.getAllSessionIds()).toEqual([]);
    expect((await paste("code=1&state=2")).state).toBe("cancelled");
    expect(bench.failures).toEqual([]);
  });

  test("ends connections that browsers keep open", async () => {
    const { id, port } = await bench.begin();
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    const closed = once(socket, "close");
    socket.on("error", () => {
      // A reset is an end too.
    });
    await bench.signIns.cancel("s1", id);
    await closed;
    expect(socket.destroyed).toBe(true);
  });

  test("by a person while the code is exchanged lets the tokens go", async () => {
    let open = (): void => {};
    bench.server.gate = new Promise((resolve) => {
      open = resolve;
    });
    const { id, page, outcome } = await bench.begin();
    const visited = visit(bench.server.approve(page));
    await expect.poll(() => bench.server.tokenRequests.length).toBe(1);
    const cancelled = bench.signIns.cancel("s1", id);
    open();
    expect((await visited).html).toContain("It was cancelled.");
    await cancelled;
    expect((await outcome()).state).toBe("cancelled");
    expect(bench.kept).toEqual([]);
  });

  test("comes after ten minutes", async () => {
    const { port, outcome } = await bench.begin();
    bench.clock.pass(10 * MINUTE - 1);
    expect(bench.signIns.of("s1")).not.toBeNull();
    const waiting = outcome();
    bench.clock.pass(1);
    expect(await waiting).toMatchObject({ state: "failed", error: { code: "sign_in_not_found" } });
    await expect.poll(() => isFree(port)).toBe(true);
    expect(bench.failures).toEqual([]);
    await expect.poll(() => bench.clock.waiting).toBe(0);
  });

  test("comes with the gateway's, and whoever waits is told to ask again", async () => {
    const { port, outcome } = await bench.begin();
    const waiting = outcome();
    await bench.signIns.close();
    expect(await waiting).toEqual({ state: "waiting", error: null });
    expect(await isFree(port)).toBe(true);
    await expect(bench.begin()).rejects.toMatchObject({ code: "shutting_down" });
  });

  test("is waited for 20 s at once, or until nobody asks any more", async () => {
    const { id, outcome } = await bench.begin();
    const waiting = outcome();
    bench.clock.pass(20_000);
    expect(await waiting).toEqual({ state: "waiting", error: null });
    const gone = new AbortController();
    const asked = bench.signIns.wait("s1", id, gone.signal);
    gone.abort();
    expect((await asked).state).toBe("waiting");
  });

  test("of what is not there, or not this server's, cannot be asked for", async () => {
    const { id } = await bench.begin();
    const missing = { code: "sign_in_not_found" };
    await expect(bench.signIns.wait("s2", id)).rejects.toMatchObject(missing);
    await expect(bench.signIns.finish("s1", "none", "x")).rejects.toMatchObject(missing);
    await expect(bench.signIns.cancel("s2", id)).rejects.toMatchObject(missing);
  });

  test("of a beginning that fails leaves nothing", async () => {
    let port = 0;
    const clientFor = async (redirectUri: string): Promise<never> => {
      port = Number(new URL(redirectUri).port);
      throw new Error("refused");
    };
    await expect(bench.begin({ clientFor })).rejects.toThrow("refused");
    expect(await isFree(port)).toBe(true);
    expect(await bench.sessions.getAllSessionIds()).toEqual([]);
    expect(bench.signIns.of("s1")).toBeNull();
  });

  test("of all of a server comes when it is changed, also while one begins", async () => {
    const running = await bench.begin();
    let port = 0;
    const clientFor = async (redirectUri: string) => {
      port = Number(new URL(redirectUri).port);
      await bench.signIns.cancelAll("s1");
      return bench.client();
    };
    await expect(bench.begin({ clientFor })).rejects.toMatchObject({ code: "sign_in_not_found" });
    expect((await running.outcome()).state).toBe("cancelled");
    expect(await isFree(port)).toBe(true);
    expect(await bench.sessions.getAllSessionIds()).toEqual([]);
  });
});

describe("several at once", () => {
  test("at two servers do not know of each other", async () => {
    const one = await bench.begin();
    const server = { ...bench.request().server, id: "s2", name: "other" };
    const two = await bench.begin({ server });
    expect(one.port).not.toBe(two.port);
    const crossed = new URL(bench.server.approve(two.page));
    crossed.port = String(one.port);
    expect((await visit(crossed.href)).status).toBe(400);
    await visit(bench.server.approve(two.page));
    expect((await two.outcome()).state).toBe("done");
    expect(bench.signIns.of("s1")).toMatchObject({ id: one.id });
    await visit(bench.server.approve(one.page));
    expect((await one.outcome()).state).toBe("done");
    expect(bench.kept).toHaveLength(2);
  });

  test("at one server are over when one of them is", async () => {
    const one = await bench.begin();
    const two = await bench.begin();
    expect(bench.signIns.of("s1")).toMatchObject({ id: two.id });
    const values = (page: string, name: string) => new URL(page).searchParams.get(name);
    for (const name of ["state", "code_challenge", "redirect_uri"]) {
      expect(values(one.page, name)).not.toBe(values(two.page, name));
    }
    await visit(bench.server.approve(one.page));
    expect((await one.outcome()).state).toBe("done");
    expect((await two.outcome()).state).toBe("done");
    await expect.poll(() => isFree(two.port)).toBe(true);
    await expect.poll(() => bench.sessions.getAllSessionIds()).toEqual([]);
    expect(bench.kept).toHaveLength(1);
  });

  test("are not remembered without end", async () => {
    const first = await bench.begin();
    for (let more = 0; more < 120; more += 1) await bench.begin();
    await expect(first.outcome()).rejects.toMatchObject({ code: "sign_in_not_found" });
  });

  test("at one server are four; the oldest makes room", async () => {
    const all: Awaited<ReturnType<typeof bench.begin>>[] = [];
    for (let count = 0; count < 5; count += 1) all.push(await bench.begin());
    expect((await all[0]?.outcome())?.state).toBe("cancelled");
    await expect.poll(() => isFree(all[0]?.port ?? 0)).toBe(true);
    expect(await isFree(all[1]?.port ?? 0)).toBe(false);
  });
});
