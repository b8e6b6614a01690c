import { randomBytes } from "node:crypto";
import { request } from "node:http";
import { describe, expect, it } from "vitest";
import { visit, visitUntilSentBack } from "../fixtures/browser.ts";
import {
  ANSWER,
  authorizationServer,
  protectedServer,
  said,
  stageSignIn,
} from "./sign-in-stage.ts";

/** The address to which a browser was sent back, changed. */
const changed = (back: URL, change: (answer: URLSearchParams) => void): string => {
  const url = new URL(back);
  change(url.searchParams);
  return url.href;
};

const load = async (url: string, init?: RequestInit) => {
  const response = await fetch(url, init);
  return { status: response.status, body: await response.text() };
};

const exchanges = ({ authorization }: Awaited<ReturnType<typeof stageSignIn>>): number =>
  authorization.counts.asked.authorization_code ?? 0;

describe("an answer that is not of this sign-in", () => {
  const others: Record<string, (answer: URLSearchParams) => void> = {
    "a wrong state": (answer) => answer.set("state", randomBytes(32).toString("base64url")),
    "no state": (answer) => answer.delete("state"),
    "an empty state": (answer) => answer.set("state", ""),
    "its state twice": (answer) => answer.append("state", answer.get("state") ?? ""),
    "a state that begins like it": (answer) => answer.set("state", `${answer.get("state")}A`),
    "a wrong state and an error": (answer) => {
      answer.set("state", "somebody-elses");
      answer.set("error", "access_denied");
    },
  };
  it("is turned away, and the sign-in waits on", async () => {
    const stage = await stageSignIn();
    const { begin, wait, status, client } = stage;
    const begun = await begin();
    for (const [name, change] of Object.entries(others)) {
      const { status, body } = await load(changed(begun.back, change));
      expect([name, status]).toEqual([name, 400]);
      expect(body).not.toContain(begun.back.searchParams.get("code"));
    }
    expect(exchanges(stage)).toBe(0);
    expect((await status()).signIn?.state).toBe("waiting");

    expect((await visit(begun.back.href)).status).toBe(200);
    expect(await wait(begun)).toMatchObject({ state: "done", problem: null });
    await expect.poll(() => said(client)).toBe(ANSWER);
  });

  it("is not taken from elsewhere, at another path, or by another method", async () => {
    const stage = await stageSignIn();
    const { back } = await stage.begin();
    const asHost = (host: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        const sent = request(back, { headers: { host } }, ({ statusCode }) => resolve(statusCode));
        sent.once("error", reject);
        sent.end();
      });
    expect(await asHost("rebound.example")).toBe(403);
    expect(await asHost(`127.0.0.1:${Number(back.port) + 1}`)).toBe(403);
    expect((await load(back.href.replace("/callback", "/callback/x"))).status).toBe(404);
    expect((await load(back.href, { method: "POST" })).status).toBe(405);
    expect(exchanges(stage)).toBe(0);
    expect((await stage.status()).signIn?.state).toBe("waiting");
  });

  it("is not taken for that of another server", async () => {
    const far = await stageSignIn();
    const near = await protectedServer({ trusts: far.authorization });
    const config = { transport: "http" as const, url: near.url };
    await far.api.servers.create({ name: "near", config, confirmed: true });
    const [one, other] = [await far.begin("far"), await far.begin("near")];
    expect(new Set([one.back.port, other.back.port]).size).toBe(2);
    const crossed = new URL(one.back);
    crossed.port = other.back.port;
    expect((await load(crossed.href)).status).toBe(400);
    expect(exchanges(far)).toBe(0);
    const pasted = await far.api.signIn.finish({
      server: "near",
      signIn: other.id,
      address: one.back.search,
    });
    expect(pasted).toMatchObject({ state: "waiting", problem: { code: "sign_in_wrong_answer" } });
  });
});

describe("an answer of this sign-in that is wrong", () => {
  const wrong: Record<string, (answer: URLSearchParams) => void> = {
    "an iss of another": (answer) => answer.set("iss", "https://login.example.com"),
    "an iss that is almost right": (answer) => answer.set("iss", `${answer.get("iss")}/`),
    "no iss, which its metadata promises": (answer) => answer.delete("iss"),
    "two of iss": (answer) => answer.append("iss", answer.get("iss") ?? ""),
    "two codes": (answer) => answer.append("code", "another"),
    "no code": (answer) => answer.delete("code"),
    "an error of another server": (answer) => {
      answer.set("iss", "https://login.example.com");
      answer.set("error", "access_denied");
    },
  };
  it("ends it before anything is asked", async () => {
    const stage = await stageSignIn();
    for (const [name, change] of Object.entries(wrong)) {
      const begun = await stage.begin();
      await load(changed(begun.back, change));
      expect([name, await stage.wait(begun)]).toMatchObject([
        name,
        {
          state: "failed",
          problem: { code: "sign_in_wrong_answer" },
          status: { state: "refused" },
        },
      ]);
      // The state is spent: the right answer comes too late.
      const late = await load(begun.back.href).catch(String);
      expect(`${name}: ${JSON.stringify(late)}`).toMatch(/fetch failed|"status":400/);
    }
    expect(exchanges(stage)).toBe(0);
  });

  it("a code of somebody else's sign-in does not have its verifier", async () => {
    const stage = await stageSignIn();
    const theirs = await stage.begin();
    const ours = await stage.begin();
    await load(
      changed(ours.back, (answer) =>
        answer.set("code", theirs.back.searchParams.get("code") ?? ""),
      ),
    );
    expect(await stage.wait(ours)).toMatchObject({
      state: "failed",
      problem: { code: "sign_in_refused" },
    });
    expect(stage.authorization.counts).toMatchObject({
      asked: { authorization_code: 1 },
      granted: {},
    });
  });

  it("a code that was given for another redirect is refused there", async () => {
    const stage = await stageSignIn();
    const started = await stage.start();
    const elsewhere = new URL(started.url);
    elsewhere.searchParams.set("redirect_uri", "http://127.0.0.1:1/callback");
    const stolen = await visitUntilSentBack(elsewhere.href);
    const own = new URL(started.url).searchParams.get("redirect_uri") ?? "";
    await load(own + stolen.search);
    expect(await stage.wait(started)).toMatchObject({ state: "failed" });
    expect(stage.authorization.counts.granted).toEqual({});
  });

  it("a code is redeemed once, however often the answer comes", async () => {
    const stage = await stageSignIn();
    const { back, ...begun } = await stage.begin();
    const answers = await Promise.allSettled([1, 2, 3].map(() => visit(back.href)));
    expect(answers.filter(({ status }) => status === "fulfilled").length).toBeGreaterThan(0);
    expect((await stage.wait(begun)).state).toBe("done");
    expect(stage.authorization.counts).toMatchObject({
      asked: { authorization_code: 1 },
      codesUsedTwice: 0,
    });
    await expect.poll(() => load(back.href).catch(String)).toContain("fetch failed");
  });

  it("a no is told in words, and what a server adds is text", async () => {
    const stage = await stageSignIn();
    const begun = await stage.begin("far", { declines: true });
    const hostile = `<img src=x onerror=alert(1)>\u202Egnp.exe\u0007${"x".repeat(5000)}`;
    await load(changed(begun.back, (answer) => answer.set("error_description", hostile)));
    const { problem, status } = await stage.wait(begun);
    expect(problem?.code).toBe("sign_in_refused");
    expect(problem?.message).toContain("it was declined");
    expect(problem?.message).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(problem?.message.length).toBeLessThan(400);
    expect(status.state).toBe("refused");
    expect((await stage.status()).signIn?.message).toContain("declined");
  });
});

it("credentials go to the authorization server that was asked, whatever the answer says", async () => {
  const stage = await stageSignIn();
  const second = await authorizationServer();
  stage.authorization.setIss(second.issuer);
  const begun = await stage.begin();
  await load(begun.back.href);
  expect(await stage.wait(begun)).toMatchObject({ state: "failed" });
  expect([exchanges(stage), second.requests]).toEqual([0, []]);
});
