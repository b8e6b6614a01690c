import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CLI, pause, run } from "../command-line.ts";
import { TROUBLES } from "../fixtures/authorization-server.ts";
import { visit, visitUntilSentBack } from "../fixtures/browser.ts";
import { startConformanceServer } from "../fixtures/conformance/http.ts";
import { afterTest } from "../fixtures/test-support.ts";
import { Command, SECRET, serveUpstream, startUpstream } from "./sign-in-command.ts";
import { until } from "./test-gateway.ts";

/** A directory with a program that opens pages, as a system has one, and writes down which. */
const opener = () => {
  const directory = mkdtempSync(join(tmpdir(), "opener-"));
  afterTest(() => rmSync(directory, { recursive: true, force: true }));
  const log = join(directory, "opened");
  const program = join(directory, "xdg-open");
  writeFileSync(program, `#!/bin/sh\nprintf '%s\\n' "$@" >> "${log}"\n`);
  chmodSync(program, 0o700);
  return {
    env: { PATH: `${directory}:${process.env.PATH}`, DISPLAY: ":0" },
    opened: (): string[] => (existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : []),
  };
};

describe("servers signin", () => {
  it("prints the page, and is done when the browser is; signout has it revoked", async () => {
    const { command, status, server, authorizationServer } = await serveUpstream();
    const added = command(["servers", "add", "second", "--url", server.url]);
    expect(await added.exit).toBe(0);
    expect(added.err).toMatch(/^It asks for a sign-in: .* servers signin second$/m);

    const signIn = command(["servers", "signin", "far"]);
    signIn.endInput();
    const page = await signIn.page();
    const { host } = new URL(authorizationServer.issuer);
    expect(signIn.err).toContain(`Visit ${host} in a browser to sign in to “far” (asked for: `);
    expect(await status()).toMatchObject({ signIn: { state: "waiting", waiting: { host } } });
    expect((await visit(page)).status).toBe(200);
    expect(await signIn.exit).toBe(0);
    expect(signIn.out).toMatch(/^“far”: Signed in until .*, renewed by itself\.\n$/);
    await until(status, ({ state }) => state === "ready");

    const listed = command(["servers", "list"]);
    expect(await listed.exit).toBe(0);
    expect(listed.out).toMatch(/^far +Ready +Signed in /m);
    const { signIn: known } = await status();
    for (const words of [["status"], ["servers", "show", "far"]]) {
      const shown = command(words);
      expect(await shown.exit).toBe(0);
      expect(shown.out).toContain(known?.message);
    }

    const signOut = command(["servers", "signout", "far"]);
    expect(await signOut.exit).toBe(0);
    expect(signOut.out).toBe("Signed out of “far”. Its access was revoked there as well.\n");
    expect(authorizationServer.counts.revocations).toBeGreaterThan(0);
    await until(status, ({ state }) => state === "needs_sign_in");
    const again = command(["servers", "signout", "far"]);
    expect(await again.exit).toBe(0);
    expect(again.out).toBe("Nobody was signed in to “far”.\n");
  });

  it.runIf(process.platform === "linux")(
    "opens the browser for a person at a screen, and for nobody else",
    async () => {
      const { command, authorizationServer } = await serveUpstream();
      const { env, opened } = opener();
      const sitting = command(["servers", "signin", "far"], { terminal: true, env });
      const page = await sitting.page();
      const { host } = new URL(authorizationServer.issuer);
      expect(sitting.err).toContain(`Opens ${host} in your browser to sign in to “far”`);
      await until(opened, (pages) => pages.length > 0);
      expect(opened()).toEqual([page]);
      sitting.interrupt();
      expect(await sitting.exit).toBe(130);

      for (const [words, how] of [
        [["--no-browser"], { terminal: true, env }],
        [[], { terminal: true, env: { ...env, SSH_CONNECTION: "192.0.2.1 1 192.0.2.2 22" } }],
        [[], { env }],
      ] as const) {
        const away = command(["servers", "signin", "far", ...words], how);
        expect(await away.page()).toMatch(/^http/);
        expect(away.err).not.toContain("Opens");
        away.interrupt();
        expect(await away.exit).toBe(130);
      }
      expect(opened()).toEqual([page]);
    },
  );

  it("takes the address that a browser elsewhere ended up at, and says which it does not", async () => {
    const { command, status } = await serveUpstream();
    const signIn = command(["servers", "signin", "far", "--no-browser"], { terminal: true });
    const back = await visitUntilSentBack(await signIn.page());
    await signIn.reads(/paste the address it ends up at: /);
    const wrong = new URL(back);
    wrong.searchParams.set("state", "somebody-elses");
    signIn.type(`${wrong.href}\r`);
    await signIn.reads(/The answer to the sign-in to “far” was not used: .*\n/);
    expect((await status()).signIn?.state).toBe("waiting");
    signIn.type(`${back.href}\r`);
    expect(await signIn.exit).toBe(0);
    await until(status, ({ state }) => state === "ready");
  });

  it.each(["the system", "the terminal"])("is given up with Ctrl-C, by %s", async (by) => {
    const { command, status } = await serveUpstream();
    const signIn = command(["servers", "signin", "far"], { terminal: by === "the terminal" });
    const page = await signIn.page();
    const back = new URL(page).searchParams.get("redirect_uri") ?? "";
    if (by === "the terminal") {
      await signIn.reads(/paste the address it ends up at: /);
      signIn.type("\u0003");
    } else signIn.interrupt();
    expect(await signIn.exit).toBe(130);
    expect((await status()).signIn?.waiting ?? null).toBeNull();
    await expect(fetch(back)).rejects.toThrow("fetch failed");
  });

  it("says why it came to nothing", async () => {
    const { command } = await serveUpstream();
    const signIn = command(["servers", "signin", "far", "--json"]);
    await visit(await signIn.page(), { declines: true });
    expect(await signIn.exit).toBe(1);
    expect(signIn.out).toBe("");
    const { error } = JSON.parse(signIn.err.trim().split("\n").at(-1) ?? "");
    expect(error).toMatchObject({
      code: "sign_in_refused",
      message: expect.stringContaining("refused the sign-in to “far”: "),
    });
  });

  it("works by a code on another device, where that is offered", async () => {
    const { command, status } = await serveUpstream({ device: true });
    const signIn = command(["servers", "signin", "far", "--device"]);
    const page = await signIn.page();
    expect(signIn.err).toMatch(
      / on any device to sign in to “far”.*, and type the code \S+ there:\n/,
    );
    await visit(page);
    expect(await signIn.exit).toBe(0);
    await until(status, ({ state }) => state === "ready");
  });

  it("says so where it is not, and what works instead", async () => {
    const { command } = await serveUpstream({ device: false });
    const signIn = command(["servers", "signin", "far", "--device"]);
    expect(await signIn.exit).toBe(4);
    expect(signIn.err).toContain("“far” cannot be signed in to: ");
    expect(signIn.err).toContain("paste the address it ends up at");
  });

  it("says so where the server asks for none, and nothing is wrong with it then", async () => {
    const { command, api } = await serveUpstream();
    const open = await startConformanceServer({ era: "dual" });
    afterTest(() => open.close());
    const config = { transport: "http", url: open.url } as const;
    await api.servers.create({ name: "open", config, confirmed: true });
    const signIn = command(["servers", "signin", "open"]);
    expect(await signIn.exit).toBe(4);
    expect(signIn.err).toContain("“open” cannot be signed in to: it does not ask for a sign-in, ");
    const { status } = await api.servers.get({ server: "open" });
    expect(status).toMatchObject({ state: "ready", signIn: null });
  });

  it("names the way out where the gateway cannot register itself", async () => {
    const { command } = await serveUpstream({ registration: "refused" });
    const signIn = command(["servers", "signin", "far"]);
    expect(await signIn.exit).toBe(4);
    for (const words of [["status"], ["servers", "show", "far"]]) {
      const shown = command(words);
      expect(await shown.exit).toBe(0);
      expect(shown.out).toContain("Run “local-mcp-gateway servers edit far --client-id ID”.");
    }
  });

  it("says what was asked for and not granted", async () => {
    const { command } = await serveUpstream();
    const signIn = command(["servers", "signin", "far", "--scope", "tools nonsense"]);
    await visit(await signIn.page());
    expect(await signIn.exit).toBe(0);
    expect(signIn.err).toMatch(/^Not granted: nonsense\.$/m);
  });

  it("is not held up at the end of the gateway by one that does not hear of a sign-out", async () => {
    const { command, api, gateway, authorizationServer } = await serveUpstream();
    const signIn = command(["servers", "signin", "far"]);
    await visit(await signIn.page());
    expect(await signIn.exit).toBe(0);
    authorizationServer.trouble({ fault: TROUBLES.hang });
    await api.servers.remove({ server: "far" });
    const ended = await Promise.race([gateway.close().then(() => "ended"), pause(8000)]);
    expect(ended).toBe("ended");
  });

  it("is wanted again as soon as access cannot be renewed, before anybody calls", async () => {
    const { command, status, authorizationServer } = await serveUpstream({ accessTokenSeconds: 1 });
    const signIn = command(["servers", "signin", "far"]);
    // Where there is no terminal, the address is read from standard input.
    signIn.type(`${(await visitUntilSentBack(await signIn.page())).search}\n`);
    expect(await signIn.exit).toBe(0);
    await until(status, ({ state }) => state === "ready");
    authorizationServer.trouble({ fault: TROUBLES.refused, at: "token" });
    const { reason } = await until(status, ({ state }) => state === "needs_sign_in");
    const shown = command(["status"]);
    expect(await shown.exit).toBe(0);
    expect(reason?.message).toMatch(/^Sign in again, because .* refused to renew it: /);
    expect(shown.out).toContain(`${reason?.message} Run “local-mcp-gateway servers signin far”.`);
  }, 15_000);

  it("needs no gateway that runs, and two commands at once renew access once", async () => {
    const { server, authorizationServer } = await startUpstream(
      { accessTokenSeconds: 1 },
      { metadata: "challenge" },
    );
    const root = mkdtempSync(join(tmpdir(), "sign-in-cli-"));
    afterTest(() => rmSync(root, { recursive: true, force: true }));
    const dataDir = join(root, "data");
    const env = { PATH: process.env.PATH, HOME: root, AUTH_ENCRYPTION_SECRET: SECRET };
    const cli = (...words: string[]) => run([CLI, "--data-dir", dataDir, ...words], env);
    expect((await cli("servers", "add", "far", "--url", server.url)).code).toBe(0);
    const signIn = new Command(["servers", "signin", "far"], dataDir);
    signIn.endInput();
    await visit(await signIn.page());
    expect(await signIn.exit).toBe(0);
    // What the server itself asks for, and not all that there is.
    expect(signIn.err).toContain("(asked for: tools, offline_access)");

    const { counts } = authorizationServer;
    const renewals = counts.granted.refresh_token ?? 0;
    await pause(1100);
    const both = await Promise.all([cli("servers", "test", "far"), cli("servers", "test", "far")]);
    const ready = { code: 0, stdout: expect.stringContaining("“far” is ready") };
    expect(both).toMatchObject([ready, ready]);
    expect(counts.granted.refresh_token).toBeGreaterThan(renewals);
    expect(counts.refreshTokensUsedTwice).toBe(0);
  });
});
