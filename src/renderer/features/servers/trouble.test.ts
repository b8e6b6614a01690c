import { failureCode, type StatusAction, type StatusReason } from "@local-mcp/contract";
import { describe, expect, test } from "vitest";
import { listed } from "../../components/time.ts";
import { aServer, aSignIn } from "./servers.fixture.ts";
import {
  affected,
  allowMore,
  CANCEL_AFTER_MS,
  failedStep,
  flagTexts,
  headline,
  headlineAndLast,
  hint,
  isWell,
  lineAfterTitle,
  nextTry,
  otherRemedies,
  primaryRemedy,
  stateWord,
  steady,
  wantsMore,
  whichTry,
} from "./trouble.ts";

const action = (code: StatusAction["code"], label: string): StatusAction => ({
  code,
  label,
  command: null,
});
const reason = (code: StatusReason["code"], message: string): StatusReason => ({
  code,
  message,
  detail: null,
});
const failed = (code: StatusReason["code"], message = "It failed.") =>
  aServer({
    status: { state: "failed", reason: reason(code, message), action: action("fix", "Fix…") },
  });

describe("what to do first", () => {
  test.each([
    ["off", "turn_on", "turn_on"],
    ["unconfirmed", "review_command", "review"],
    ["needs_sign_in", "sign_in", "sign_in"],
    ["ready", "sign_in", "sign_in"],
    ["ready", "review_tools", "review_tools"],
    ["retrying", "retry", "retry"],
    ["locked", "unlock_vault", "unlock_vault"],
  ] as const)("%s: %s is %s", (state, code, remedy) => {
    const server = aServer({ status: { state, action: action(code, "Do it") } });
    expect(primaryRemedy(server, 0)?.code).toBe(remedy);
  });

  test.each([
    ["command_not_found", "“npx” was not found. Looked in 4 folders of PATH.", "choose_file"],
    ["command_not_found", "The folder /gone does not exist.", "edit_folder"],
    ["secret", "It refers to a secret.", "edit_secrets"],
    ["http_status", "host answered with HTTP status 404.", "edit_url"],
    ["tls", "The certificate of host is not trusted.", "edit_url"],
  ] as const)("failed with %s: “%s” is %s", (code, message, remedy) => {
    expect(primaryRemedy(failed(code, message), 0)?.code).toBe(remedy);
  });

  test.each([
    ["edit_headers", "Edit headers…"],
    ["edit_sign_in", "Edit sign-in…"],
  ] as const)("where no person signs in, %s is “%s”", (code, label) => {
    const status = {
      state: "needs_sign_in",
      reason: reason("sign_in", "It refused the request."),
      action: action(code, label),
    } as const;
    expect(primaryRemedy(aServer({ status }), 0)).toEqual({ code, label });
  });

  test("a sign-in that is under way is gone on with, or ended", () => {
    const waiting = { id: "1", way: "browser", host: "x.test", startedAt: 0, endsAt: 1 } as const;
    const server = aServer({
      status: {
        state: "needs_sign_in",
        reason: reason("sign_in", "Waiting for the browser, at x.test, until 14:12."),
        action: action("sign_in", "Sign in…"),
        signIn: aSignIn({ state: "waiting", waiting }),
      },
    });
    expect(primaryRemedy(server, 0)).toEqual({ code: "sign_in", label: "Continue…" });
    expect(otherRemedies(server, "http").map(({ code }) => code)).toEqual(["cancel_sign_in"]);
  });

  test("a start can be cancelled once it takes long", () => {
    const server = aServer({ status: { state: "starting", since: 1000 } });
    expect(primaryRemedy(server, 1000 + CANCEL_AFTER_MS - 1)).toBeNull();
    expect(primaryRemedy(server, 1000 + CANCEL_AFTER_MS)?.code).toBe("cancel");
  });

  test("nothing while it is well", () => {
    expect(primaryRemedy(aServer(), 0)).toBeNull();
    expect(isWell(aServer({ status: { state: "idle" } }))).toBe(true);
    expect(isWell(aServer({ status: { state: "off" } }))).toBe(false);
  });

  test("each reason offers no action twice", () => {
    for (const code of failureCode.options) {
      for (const transport of ["stdio", "http"]) {
        const server = failed(code);
        const all = [primaryRemedy(server, 0), ...otherRemedies(server, transport)];
        const codes = all.map((remedy) => remedy?.code);
        expect(new Set(codes).size).toBe(codes.length);
      }
    }
  });
});

describe("words", () => {
  const stopped = aServer({
    status: {
      state: "retrying",
      reason: reason("exited", "files stopped: exit code 1. Next try in 8 s."),
      retryAt: 10_000,
    },
  });

  test("the seconds to the next try are counted, not quoted", () => {
    expect(headline(stopped)).toBe("Files stopped: exit code 1.");
    expect(stateWord(stopped.status, 2000)).toBe("Retrying in 8 s");
    expect(stateWord(stopped.status, 9001)).toBe("Retrying in 1 s");
    expect(stateWord(stopped.status, 10_000)).toBe("Retrying…");
    expect(nextTry(stopped.status, 2000)).toBe("Next try in 8 s.");
    expect(nextTry(stopped.status, 10_000)).toBe("The next try is under way.");
  });

  test("which try comes next is said with it", () => {
    const { status } = stopped;
    const second = { ...status, attempt: { number: 2, of: 5 } };
    expect(nextTry(second, 2000)).toBe("Next try in 8 s (2 of 5).");
    expect(nextTry(second, 10_000)).toBe("The next try (2 of 5) is under way.");
    const remote = { ...status, attempt: { number: 7, of: null } };
    expect(nextTry(remote, 2000)).toBe("Next try in 8 s.");
    expect(whichTry(remote)).toBeNull();
    expect(whichTry(status)).toBeNull();
    const counted = "files stopped: exit code 1. Next try in 8 s (2 of 5).";
    const server = aServer({ status: { state: "retrying", reason: reason("exited", counted) } });
    expect(headline(server)).toBe("Files stopped: exit code 1.");
  });

  test("a try that follows a failure is shown as the same trouble, until it ends", () => {
    const starting = aServer({ status: { state: "starting" } }).status;
    const during = steady(stopped.status, starting);
    expect(during).toMatchObject({ state: "retrying", reason: stopped.status.reason });
    expect(nextTry(during, 2000)).toBe("The next try is under way.");
    // The same object, so that showing it is no change.
    expect(steady(during, starting)).toBe(during);
    const { status: ready } = aServer();
    expect(steady(during, ready)).toBe(ready);
    expect(steady(ready, starting)).toBe(starting);
    const { status: gaveUp } = failed("crash_loop");
    expect(steady(during, gaveUp)).toBe(gaveUp);
    expect(steady(gaveUp, starting)).toBe(starting);
  });

  test("a server that was given up says so, and apart from it what the last failure was", () => {
    const message =
      "files failed 5 times in 5 minutes and was left stopped. Last: files stopped: exit code 7.";
    expect(headlineAndLast(failed("crash_loop", message))).toEqual({
      what: "Files failed 5 times in 5 minutes and was left stopped.",
      last: "Last: Files stopped: exit code 7.",
    });
    expect(headlineAndLast(stopped)).toEqual({ what: "Files stopped: exit code 1.", last: null });
  });

  test("the gateway's sentence about “files” is one about “Files” here", () => {
    const unconfirmed = failed("consent", "Nobody has agreed yet to run the command of files.");
    expect(headline(unconfirmed)).toBe("Nobody has agreed yet to run the command of Files.");
    expect(headline(failed("exited", "filesystem stopped."))).toBe("filesystem stopped.");
  });

  test("a start says how long it takes from its first second on", () => {
    const { status } = aServer({ status: { state: "starting", since: 1000 } });
    expect(stateWord(status, 1500)).toBe("Starting…");
    expect(stateWord(status, 5400)).toBe("Starting, 4 s");
  });

  test("a server that works and wants more says what", () => {
    const server = aServer({
      status: {
        flags: ["more_access_wanted"],
        action: action("sign_in", "Allow more…"),
        signIn: aSignIn({ wanted: ["repo", "gist"] }),
      },
    });
    expect(wantsMore(server.status)).toBe(true);
    expect(allowMore(server.status)).toEqual({ code: "sign_in", label: "Allow more…" });
    const changed = { ...server.status, action: action("review_tools", "Review…") };
    expect(allowMore(changed)).toEqual({ code: "sign_in", label: "Allow more…" });
    expect(lineAfterTitle(server)).toBe(": More access wanted: repo and gist.");
    expect(flagTexts(server.status, 0)).toEqual(["more access wanted"]);
    expect(isWell(server)).toBe(true);
  });

  test("a token elsewhere is a way only for whom nobody has signed in yet", () => {
    const { status } = aServer({
      status: { state: "needs_sign_in", signIn: aSignIn({ state: "signed_out" }) },
    });
    expect(hint(status)).toContain("header");
    expect(hint({ ...status, signIn: aSignIn({ state: "again" }) })).toBeNull();
  });

  test("a line does not name the server twice", () => {
    expect(lineAfterTitle(stopped)).toBe(" stopped: exit code 1.");
    expect(lineAfterTitle(failed("dns", "The name x.test could not be resolved."))).toBe(
      ": The name x.test could not be resolved.",
    );
  });

  test("what is affected, and what clients see meanwhile", () => {
    const { status } = failed("exited");
    expect(affected(status)).toBe(
      "Affects 3 tools in dev. They stay listed; calls answer with this message.",
    );
    expect(affected({ ...status, state: "unconfirmed" })).toContain("not offered");
    expect(affected({ ...status, listedAt: null })).toBe("Clients of dev get nothing from it yet.");
    expect(affected({ ...status, affects: { tools: 3, profiles: [] } })).toBe(
      "It is in no profile.",
    );
  });

  test("that the vault is locked is not said for each server", () => {
    const status = { state: "locked", reason: reason("vault", "The vault is locked.") } as const;
    expect(headline(aServer({ status }))).toBe("Files waits for the vault.");
  });

  test("lists of names", () => {
    expect(listed([])).toBe("");
    expect(listed(["a"])).toBe("a");
    expect(listed(["a", "b", "c"])).toBe("a, b and c");
  });

  test("an idle server says that a call starts it", () => {
    const { status } = aServer({ status: { state: "idle", flags: ["list_incomplete"] } });
    expect(stateWord(status, 0)).toBe("Idle");
    expect(flagTexts(status, 0)).toEqual(["starts on the next call", "list incomplete"]);
  });

  test("flags have words, last-known its time", () => {
    const at = new Date(2026, 0, 5, 14, 2).getTime();
    const { status } = aServer({ status: { flags: ["stale", "list_incomplete"], listedAt: at } });
    expect(flagTexts(status, at + 1000)).toEqual(["list incomplete", "as of 14:02"]);
  });
});

test("the failed step of a remote server follows from the reason", () => {
  expect(failedStep(failed("dns").status, "http")).toBe("Resolve");
  expect(failedStep(failed("unreachable").status, "sse")).toBe("Connect");
  expect(failedStep(failed("not_mcp").status, "http")).toBe("Handshake");
  expect(failedStep(failed("not_mcp").status, "stdio")).toBeNull();
});
