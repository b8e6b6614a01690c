import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDb } from "@local-mcp/database";
import { SqliteStorageBackend } from "@local-mcp/sessions";
import { openVault } from "@local-mcp/vault/test-kit";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Bench, isFree, take, visit } from "./under-way.fixture.ts";

describe("a sign-in under way when the gateway is restarted", () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await Bench.open();
  });
  afterEach(() => bench.close());

  const recall = () => bench.signIns.recall((stored) => bench.recalled(stored));

  test("goes on at its address, for as long as it had", async () => {
    const { id, page, port, started, outcome } = await bench.begin();
    await bench.restart();
    expect(await isFree(port)).toBe(true);
    await recall();
    await recall();
    expect(bench.log).not.toContain("cannot be had again");
    expect(bench.signIns.of("s1")).toMatchObject({ id, endsAt: started.endsAt });
    await visit(bench.server.approve(page, { state: "wrong" }));
    const { html } = await visit(bench.server.approve(page));
    expect(html).toContain("Signed in to “github”");
    expect((await outcome()).state).toBe("done");
    expect(bench.kept[0]).toMatchObject({ scopes: ["read", "write"], client: bench.client() });
    await expect.poll(() => isFree(port)).toBe(true);
  });

  test("takes what is pasted, where its port is another program's now", async () => {
    const { page, port, paste } = await bench.begin();
    const back = bench.server.approve(page);
    await bench.restart();
    const taken = await take(port);
    await recall();
    expect(await paste(back)).toEqual({ state: "done", error: null });
    await new Promise((resolve) => taken?.close(resolve));
  });

  test("still ends after its ten minutes", async () => {
    const { outcome } = await bench.begin();
    bench.clock.pass(9 * 60_000);
    await bench.restart();
    await recall();
    const waiting = outcome();
    bench.clock.pass(60_000);
    expect((await waiting).state).toBe("failed");
  });

  test("is not there any more after them", async () => {
    const { outcome } = await bench.begin();
    bench.clock.pass(10 * 60_000 + 1);
    await bench.restart();
    await recall();
    await expect(outcome()).rejects.toMatchObject({ code: "sign_in_not_found" });
  });

  test("is dropped where its server is gone", async () => {
    const { port } = await bench.begin();
    await bench.restart();
    await bench.signIns.recall(() => null);
    expect(await bench.sessions.getAllSessionIds()).toEqual([]);
    expect(await isFree(port)).toBe(true);
  });

  test("is not finished at another authorization server", async () => {
    const { page, paste } = await bench.begin();
    const back = bench.server.approve(page, { iss: null });
    await bench.restart();
    await bench.signIns.recall((stored) => {
      const recalled = bench.recalled(stored);
      const context = await_(recalled.context, "https://evil.example");
      return { ...recalled, context };
    });
    expect(await paste(back)).toMatchObject({
      state: "failed",
      error: { code: "sign_in_wrong_answer" },
    });
    expect(bench.server.tokenRequests).toEqual([]);
  });
  type Context = ReturnType<Bench["recalled"]>["context"];
  const await_ =
    (context: Context, issuer: string): Context =>
    async () => {
      const found = await context();
      return { ...found, authorizationServer: { ...found.authorizationServer, issuer } };
    };

  test("is not used again once its answer has come, even where that is lost", async () => {
    bench.server.gate = new Promise(() => {});
    const { page, outcome } = await bench.begin();
    void visit(bench.server.approve(page)).catch(() => {
      // The browser is left without an answer.
    });
    await expect.poll(() => bench.server.tokenRequests.length).toBe(1);
    expect(await bench.sessions.getAllSessionIds()).toEqual([]);
    bench.signIns = new Bench(bench.sessions).signIns;
    await recall();
    await expect(outcome()).rejects.toMatchObject({ code: "sign_in_not_found" });
  });
});

describe("in the configuration file", () => {
  let directory: string;
  let closers: (() => unknown)[];
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "lmg-sign-in-"));
    closers = [() => rm(directory, { recursive: true })];
  });
  afterEach(async () => {
    for (const close of closers.toReversed()) await close();
  });

  const open = async (isSealed: boolean): Promise<Bench> => {
    const db = createDb({ path: join(directory, "x.db") });
    const sealer = isSealed ? await openVault() : undefined;
    const bench = await Bench.open(new SqliteStorageBackend(db, { sealer, now: () => 1 }));
    closers.push(() => db.close());
    closers.push(() => bench.close());
    return bench;
  };

  const bytes = async (): Promise<string> => {
    const files = await readdir(directory);
    const contents = await Promise.all(
      files.map((file) => readFile(join(directory, file), "latin1")),
    );
    return contents.join("");
  };

  test("nothing of it can be read", async () => {
    const bench = await open(true);
    const registration = {
      issuer: bench.server.issuer,
      clientId: "gateway",
      clientSecret: "canary-of-the-secret",
      clientSecretExpiresAt: null,
      authMethod: "client_secret_post",
      redirectUri: "http://127.0.0.1/callback",
      registrationAccessToken: "canary-of-the-registration",
      registrationClientUri: null,
    } as const;
    const clientFor = async () => ({
      ...bench.client(),
      authMethod: registration.authMethod,
      clientSecret: registration.clientSecret,
      privateKey: "canary-of-the-key",
      registration,
    });
    const server = { ...bench.request().server, url: "https://u:canary-of-the-url@mcp.example/" };
    const { page, paste } = await bench.begin({ clientFor, server });
    const back = bench.server.approve(page);
    const stored = await bytes();
    expect(stored).toContain("github");
    const state = new URL(page).searchParams.get("state") ?? "";
    expect([state, "canary-of-"].filter((secret) => stored.includes(secret))).toEqual([]);

    await bench.restart();
    await bench.signIns.recall((one) => bench.recalled(one));
    expect((await paste(back)).state).toBe("done");
    expect(bench.kept[0]?.client).toEqual({ ...(await clientFor()), privateKey: null });
    const verifier = bench.server.tokenRequests[0]?.get("code_verifier") ?? "none";
    expect(stored).not.toContain(verifier);
  });

  test.each(["browser", "device"] as const)(
    "it needs a vault, before anything is opened or asked (%s)",
    async (way) => {
      const bench = await open(false);
      let asked = 0;
      const clientFor = async () => {
        asked += 1;
        return bench.client();
      };
      await expect(bench.begin({ way, clientFor })).rejects.toMatchObject({
        code: "session_secret_unset",
      });
      expect(asked).toBe(0);
    },
  );
});
