import {
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { logDetail, logRow, tokenCreated } from "@local-mcp/contract";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FIXTURE, Place } from "../test-kit.ts";

let place: Place;
const stops: (() => Promise<unknown>)[] = [];
beforeEach(() => {
  place = new Place();
});
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
  place.remove();
});

const serve = async (): ReturnType<Place["serve"]> => {
  const served = await place.serve();
  stops.push(served.stop);
  return served;
};

const CALLS = ["--filter", "kind:request method:tools/call"];

/** A gateway that runs, with a server whose tool was called. */
const called = async (...texts: string[]): ReturnType<Place["serve"]> => {
  await place.run(["profiles", "create", "dev"]);
  await place.run(["servers", "add", "one", "--profile", "dev", "--", ...FIXTURE]);
  const served = await serve();
  for (const text of texts) await call(text);
  return served;
};
const call = (text: string) =>
  place.run(["tools", "call", "echo", "--args", JSON.stringify({ message: text })]);

const rows = async (...words: string[]) =>
  logRow.array().parse(await place.json(["logs", "tail", ...CALLS, ...words]));

describe("without a gateway", () => {
  test("there is what was recorded before, or nothing, and no file is made for it", async () => {
    expect(await place.run(["logs", "tail"])).toMatchObject({
      exit: 0,
      out: "Nothing of the kind is recorded.\n",
    });
    expect((await place.run(["logs", "stats"])).out).toBe("No call matches.\n");
    expect(existsSync(join(place.dataDir, "traffic.db"))).toBe(false);
    const { stop } = await called("before");
    await stop();
    expect(await rows()).toMatchObject([{ name: "echo", outcome: "ok" }]);
  });

  test("that nothing is recorded is said where nothing is found", async () => {
    await place.run(["logs", "level", "off"]);
    const { out, err } = await place.run(["logs", "tail", "--filter", "status:error"]);
    expect(out).toBe("Nothing of the kind is recorded.\n");
    expect(err).toContain("Recording is off");
    expect(err).toContain("logs level full");
  });

  test("terms that stand alone, or after a word of their own, all have to hold", async () => {
    const { stop } = await called("one", "two");
    await stop();
    expect(await rows("tool:echo", "two")).toHaveLength(1);
    expect(await rows("--filter", "two")).toHaveLength(1);
  });

  test.each([
    [["tail", "--filter", "colour:red"], 3, "colour"],
    [["tail", "--limit", "501"], 2, "--limit takes a whole number from 1 to 500"],
    [["show", "x"], 2, "ID takes a whole number"],
    [["show", "99"], 1, "There is no debug log 99."],
    [["tail", "--filter", "status:error", "colour:red"], 3, "colour"],
    [["export"], 2, "--out"],
    [["export", "--force", "--out", "."], 1, "it is a folder; name the file in it"],
    [["export", "--out", "x", "--format", "pdf"], 2, "--format takes jsonl or har"],
    [["level", "loud"], 2, "LEVEL takes off, errors, metadata, full or default"],
    [["level", "off", "--server", "a", "--profile", "b"], 2, "not both"],
    [["level", "--server", "a"], 2, "which level"],
    [["level", "off", "--server", "nobody"], 1, "nobody"],
    [["clear"], 2, "--yes"],
  ])("logs %j is refused", async (words, exit, sentence) => {
    expect(await place.run(["logs", ...words])).toMatchObject({
      exit,
      err: expect.stringContaining(sentence),
    });
  });
});

describe("what was recorded", () => {
  test("is shown line by line, one row with its messages, and summed up", async () => {
    await called("first", "second");
    const { out } = await place.run(["logs", "tail", ...CALLS]);
    const [head, ...lines] = out.trimEnd().split("\n");
    expect(head).toMatch(/^ID +TIME +CLIENT +WHAT +SERVER +TOOK +SIZE +OUTCOME$/);
    expect(lines).toHaveLength(2);
    for (const line of lines) {
      expect(line).toMatch(/^\d+ +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} .*tools\/call echo +one +/);
      // Each column stands under its head.
      expect(line.indexOf("tools/call echo")).toBe(head?.indexOf("WHAT"));
    }
    const [first] = await rows();
    const id = String(first?.id);
    const shown = await place.run(["logs", "show", id]);
    expect(shown.out).toMatch(/^Time +\d{4}/);
    expect(shown.out).toContain('"message": "first"');
    expect(shown.out).toContain("→ tools/call echo");
    const raw = await place.run(["logs", "show", id, "--raw"]);
    const messages = raw.out.trimEnd().split("\n");
    expect(messages.map((message): unknown => JSON.parse(message))).toMatchObject([
      { method: "tools/call" },
      { result: {} },
    ]);
    const detail = logDetail.parse(await place.json(["logs", "show", id]));
    expect(detail.linked).toHaveLength(2);
    expect((await place.run(["logs", "stats"])).out).toMatch(/^echo +one +2 +0 +/m);
    expect((await place.run(["debug-logs", "level"])).out).toMatch(/^Level +full: every exchange/);
  });

  test("that is made to rearrange a terminal is seen for what it is", async () => {
    const name = "x\u001b[2J\u009b31m\u202eevil\nroot";
    await called("before");
    await place.run(["tools", "call", name]);
    // oxlint-disable-next-line no-control-regex -- the control characters are the point
    const treacherous = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/;
    const [row] = (await rows()).slice(-1);
    for (const words of [
      ["tail"],
      ["tail", "--json"],
      ["show", String(row?.id)],
      ["show", String(row?.id), "--json"],
      ["stats"],
    ]) {
      expect((await place.run(["logs", ...words])).out).not.toMatch(treacherous);
    }
    expect(row?.name).toBe(name);
  });
});

describe("logs tail --follow", () => {
  test("shows what comes, through a restart, and ends when it is told to", async () => {
    const { stop } = await called("first");
    const stopping = new AbortController();
    const seen = { out: "", err: "" };
    const ended = place.run(["logs", "tail", "--follow", "--json", ...CALLS], {
      signal: stopping.signal,
      onOutput: ({ out, err }) => Object.assign(seen, { out, err }),
    });
    const lines = (): string[] => seen.out.split("\n").slice(0, -1);
    const count = async (wanted: number): Promise<void> => {
      while (lines().length < wanted) await new Promise((resolve) => setTimeout(resolve, 20));
    };
    await count(1);
    await call("second");
    await count(2);
    await stop();
    while (!seen.err.includes("gateway ended")) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await serve();
    await call("third");
    await count(3);
    expect(seen.err).toBe(
      "The connection to the gateway ended; waiting for it.\nConnected to the gateway.\n",
    );
    stopping.abort();
    expect((await ended).exit).toBe(130);
    const ids = lines().map((line) => logRow.parse(JSON.parse(line)).id);
    expect(ids).toEqual((await rows()).map(({ id }) => id));
  });

  test("begins with what there is, and waits where no gateway runs", async () => {
    const { stop } = await called("first");
    await stop();
    const stopping = new AbortController();
    const ran = await place.run(["logs", "tail", "--follow", ...CALLS], {
      signal: stopping.signal,
      onOutput: ({ err }) => {
        if (err.includes("waiting for one")) stopping.abort();
      },
    });
    expect(ran).toMatchObject({ exit: 130, err: "No gateway runs; waiting for one.\n" });
    expect(ran.out).toContain("tools/call echo");
  });

  test("says what is wrong with a filter instead of waiting", async () => {
    await serve();
    const ran = await place.run(["logs", "tail", "--follow", "--filter", "colour:red"]);
    expect(ran).toMatchObject({ exit: 3, err: expect.stringContaining("colour") });
  });
});

describe("logs export", () => {
  test("makes a file of its owner alone, which is not overwritten unasked", async () => {
    await called("first", "second");
    const path = join(place.directory, "log.jsonl");
    const made = await place.run(["logs", "export", "--out", "log.jsonl", ...CALLS]);
    expect(made.out).toBe(`Wrote 2 rows of the debug log to ${path}.\n`);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const before = readFileSync(path, "utf8");
    expect(before.trimEnd().split("\n")).toHaveLength(2);
    expect(before).not.toContain("second");
    const again = await place.run(["logs", "export", "--out", "log.jsonl"]);
    expect(again).toMatchObject({ exit: 4, err: expect.stringContaining("there already") });
    expect(readFileSync(path, "utf8")).toBe(before);
    const whole = ["logs", "export", "--out", "log.jsonl", "--force", "--with-contents"];
    expect((await place.run(whole)).exit).toBe(0);
    expect(readFileSync(path, "utf8")).toContain("second");
  });

  test("goes to standard output, and leaves nothing behind where it fails", async () => {
    await called("first");
    const { out } = await place.run(["logs", "export", "--out", "-", "--format", "har", ...CALLS]);
    expect(JSON.parse(out)).toMatchObject({ log: { version: "1.2", entries: [{}] } });
    const folder = await place.run(["logs", "export", "--out", place.directory, "--force"]);
    expect(folder.exit).toBe(1);
    const stopping = new AbortController();
    stopping.abort();
    const words = ["logs", "export", "--out", "stopped.jsonl"];
    expect((await place.run(words, { signal: stopping.signal })).exit).toBe(130);
    expect(readdirSync(place.directory)).toEqual(["data"]);
  });

  // Through a link of its own: a device itself would be lost where this fails for root.
  test.skipIf(process.platform === "win32")("does not take the place of a device", async () => {
    const path = join(place.directory, "sink");
    symlinkSync("/dev/null", path);
    const ran = await place.run(["logs", "export", "--force", "--out", "sink"]);
    expect(ran).toMatchObject({ exit: 1, err: expect.stringContaining("it is no file") });
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
  });

  test("does not write through what waits under the name it has meanwhile", async () => {
    await called("first");
    writeFileSync(join(place.directory, "log.jsonl.partial"), "theirs");
    const ran = await place.run(["logs", "export", "--out", "log.jsonl"]);
    expect(ran.exit).toBe(4);
    expect(readFileSync(join(place.directory, "log.jsonl.partial"), "utf8")).toBe("theirs");
  });
});

describe("logs clear", () => {
  test("says how many, asks, and removes them", async () => {
    await called("first", "second");
    const no = await place.run(["logs", "clear", ...CALLS], { terminal: true, input: "n\n" });
    const question = expect.stringContaining("Remove 2 rows of the debug log? [y/N]");
    expect(no).toMatchObject({ exit: 0, out: "", err: question });
    expect(await rows()).toHaveLength(2);
    const yes = await place.run(["logs", "clear", ...CALLS], { terminal: true, input: "y\n" });
    expect(yes).toMatchObject({ exit: 0, out: "2 rows removed.\n" });
    expect(await rows()).toEqual([]);
    const all = await place.json(["logs", "clear", "--yes"]);
    expect(all).toEqual({ rows: expect.any(Number) });
    expect((await place.run(["logs", "tail"])).out).toBe("Nothing of the kind is recorded.\n");
  });

  test("says how many of them somebody pinned", async () => {
    const { url } = await called("first", "second");
    const words = ["tokens", "create", "--name", "mine", "--rights", "manage"];
    const { token } = tokenCreated.parse(await place.json(words));
    const [first] = await rows();
    const pinned = await fetch(`${url}/api/logs/${first?.id}`, {
      method: "PATCH",
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
      body: JSON.stringify({ pinned: true }),
    });
    expect(pinned.status).toBe(200);
    const asked = async (...words: string[]) =>
      (await place.run(["logs", "clear", ...words], { terminal: true, input: "n\n" })).err;
    expect(await asked(...CALLS)).toContain("Remove 2 rows of the debug log, 1 pinned included?");
    expect(await asked()).toMatch(/Remove \d+ rows of the debug log, 1 pinned included\?/);
    expect(await asked("--filter", "pinned:no tool:echo")).not.toContain("included");
    expect(await rows()).toHaveLength(2);
  });
});

describe("logs level", () => {
  test("is set for all, for a server and for a profile, and taken back", async () => {
    await called("first");
    const off = await place.run(["logs", "level", "off", "--server", "one"]);
    expect(off.out).toMatch(/^Server one +off: nothing is recorded$/m);
    await call("unseen");
    expect(await rows()).toHaveLength(1);
    await place.run(["logs", "level", "default", "--server", "one"]);
    await place.run(["logs", "level", "metadata", "--profile", "dev"]);
    await call("without words");
    const [, bare] = await rows();
    expect((await place.run(["logs", "show", String(bare?.id)])).out).toContain("Not recorded");
    expect((await place.run(["logs", "level", "errors"])).out).toMatch(/^Level +errors: only/m);
    expect((await place.run(["settings", "get", "logLevel"])).out).toBe("errors\n");
    await place.run(["logs", "level", "default"]);
    expect((await place.run(["settings", "get", "logLevel"])).out).toBe("full\n");
  });
});
