import { afterAll, describe, expect, test } from "vitest";
import { Place } from "./test-kit.ts";

const place = new Place();
afterAll(() => place.remove());

describe("the command line", () => {
  test.each([
    [["servrs"], "Unknown command “servrs”. Did you mean servers?"],
    [["servers", "lst"], "Unknown command “lst”. Did you mean list?"],
    [["serve", "--prot", "4"], "Unknown option “--prot”. Did you mean --port?"],
    [["servers", "show"], "Missing required argument “name”."],
    [["tokens", "create"], "Required option “--name <name>” not specified."],
    [["serve", "--port", "x"], "--port takes a whole number from 0 to 65535, not “x”."],
    [
      ["tokens", "create", "--name", "x", "--rights", "all"],
      "--rights takes use, manage or processes, not “all”.",
    ],
    [["servers", "add", "x"], "Give --url URL, or -- and the command that starts it."],
    [
      ["servers", "add", "x", "--url", "http://a/", "--", "y"],
      "Give either --url URL or -- and a command, not both.",
    ],
    [["servers", "edit", "x"], "Nothing to change was given."],
    [
      ["servers", "edit", "x", "--hold-changed-tools", "maybe"],
      "There are words that belong to no option. A new command is written after “--”.",
    ],
    [
      ["profiles", "edit", "x", "--require-token", "--allow-without-token"],
      "Give --allow-without-token or --require-token, not both.",
    ],
    [["servers", "confirm"], "Give the names of servers, or --all."],
    [["servers", "confirm", "x", "--all"], "Give the names of servers, or --all."],
    [
      ["tools", "call", "x", "--args", "{}", "--args-file", "f"],
      "Give --args or --args-file, not both.",
    ],
  ])("%j ends with 2 and a sentence", async (words, sentence) => {
    const ran = await place.run(words);
    expect(ran).toEqual({
      exit: 2,
      out: "",
      err: `${sentence}\nRun the command with --help to see what it takes.\n`,
    });
  });

  test("with --json an error is a document on stderr", async () => {
    const ran = await place.run(["servers", "lst", "--json"]);
    expect(ran.out).toBe("");
    expect(JSON.parse(ran.err)).toEqual({
      error: {
        code: "usage",
        message: "Unknown command “lst”. Did you mean list?",
        wayOut: "Run the command with --help to see what it takes.",
      },
    });
  });

  test("--json after the dashes belongs to the server's command", async () => {
    const ran = await place.run(["servers", "add", "a b", "--", "x", "--json"]);
    expect(ran.exit).toBe(3);
    expect(ran.err).toContain("A server's name has 1 to 50");
  });

  test("help is an answer, and a missing command is not", async () => {
    const help = await place.run(["servers", "add", "--help"]);
    expect(help).toMatchObject({ exit: 0, err: "" });
    expect(help.out).toContain("--env-plain <K=V>");
    expect(help.out).toContain("--data-dir <dir>");
    const bare = await place.run(["servers"]);
    expect(bare).toMatchObject({ exit: 2, out: "" });
    expect(bare.err).toContain("Usage: local-mcp-gateway servers");
  });

  test("no text blames anyone", async () => {
    const helps = await Promise.all(
      ["servers", "profiles", "tools", "tokens", "vault"].map((area) => place.run([area])),
    );
    const texts = helps.map(({ err }) => err).join("\n");
    expect(texts).not.toMatch(/\b(please|oops|success|invalid|\(s\))/i);
  });
});
