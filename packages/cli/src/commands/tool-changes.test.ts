import { fileURLToPath } from "node:url";
import type { ToolChange } from "@local-mcp/contract";
import { statusOf } from "@local-mcp/contract/test-kit";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Place } from "../test-kit.ts";
import { changedText, changeText } from "./tool-change-views.ts";

const CHANGING = fileURLToPath(
  new URL("../../../../e2e/fixtures/changing-stdio.ts", import.meta.url),
);

let place: Place;
beforeEach(() => {
  place = new Place();
});
afterEach(() => place.remove());

const tool = (name: string, description: string) => ({
  name,
  description,
  inputSchema: { type: "object" },
});

/** A server `files` whose tools are what is written, once it is asked. */
const offer = async (...tools: object[]): Promise<void> => {
  place.write("tools.json", JSON.stringify(tools));
  expect((await place.run(["servers", "test", "files"])).err).toBe("");
};

const added = async (...options: string[]): Promise<void> => {
  const file = place.write("tools.json", "[]");
  const command = [process.execPath, CHANGING, file];
  const ran = await place.run(["servers", "add", "files", ...options, "--", ...command]);
  expect(ran.exit).toBe(0);
};

const accept = (words: string[], how: Parameters<Place["run"]>[1] = {}) =>
  place.run(["servers", "accept", "files", ...words], how);

describe("changed tools", { timeout: 60_000 }, () => {
  test("are shown word by word, and accepted by who has seen them", async () => {
    await added("--hold-changed-tools");
    await offer(tool("read", "Reads a file."), tool("write", "Writes."));
    const unchanged = await place.run(["servers", "changes", "files"]);
    expect(unchanged.out).toBe("No known tool of “files” has changed since it was accepted.\n");

    await offer(tool("read", "Reads every file."), tool("write", "Writes."), tool("new", "New."));
    const shown = await place.run(["servers", "changes", "files"]);
    expect(shown.out).toMatch(/^read: changed, accepted 20\d\d-.*, held back$/m);
    expect(shown.out).toContain("    Reads [-a-]{+every+} file.\n");
    expect(shown.out).toMatch(/^new: new, held back$/m);
    expect(shown.err).toMatch(/servers accept files TOOL…\n$/);
    expect(await place.json(["servers", "changes", "files"])).toMatchObject([
      { name: "read", kind: "changed", isHeldBack: true },
      { name: "new", kind: "new", accepted: null },
    ]);
    expect((await place.run(["status"])).out).toMatch(
      /^files +Idle +2 tools not as accepted, held back\. Run “local-mcp-gateway servers changes files”\.$/m,
    );

    const piped = await accept(["read"]);
    expect(piped).toMatchObject({ exit: 2, out: expect.stringContaining("{+every+}") });
    const declined = await accept(["read"], { terminal: true, input: "n" });
    expect(declined.out).toMatch(/Nothing was accepted\.\n$/);
    expect(await place.json(["servers", "changes", "files"])).toHaveLength(2);

    const agreed = await accept(["read"], { terminal: true, input: "y" });
    expect(agreed.out).toMatch(/Accepted 1 tool of “files”\.\n$/);
    expect(agreed.out).not.toContain("new: new");
    expect(await place.json(["servers", "accept", "files", "--all", "--yes"])).toEqual({
      accepted: ["new"],
      left: [],
    });
    expect((await accept(["--all"])).out).toBe(
      "No known tool of “files” has changed since it was accepted.\n",
    );
  });

  test("are named, or all of them, and nothing else", async () => {
    await added();
    await offer(tool("read", "Reads."));
    expect(await accept([])).toMatchObject({ exit: 2 });
    expect(await accept(["read", "--all"])).toMatchObject({ exit: 2 });
    expect((await accept(["read", "--yes"])).err).toContain("nothing to accept of a tool “read”");
  });

  test("are held back, or not, as the server is told", async () => {
    await added();
    const isHolding = async () => {
      const { out } = await place.run(["servers", "show", "files"]);
      return out.includes("Changed tools");
    };
    expect(await isHolding()).toBe(false);
    await place.run(["servers", "edit", "files", "--hold-changed-tools"]);
    expect(await isHolding()).toBe(true);
    await place.run(["servers", "edit", "files", "--title", "Files"]);
    expect(await isHolding()).toBe(true);
    await place.run(["servers", "edit", "files", "--no-hold-changed-tools"]);
    expect(await isHolding()).toBe(false);
  });
});

describe("what a server says of a tool", () => {
  const change: ToolChange = {
    name: "read\nwrite: as accepted",
    kind: "changed",
    accepted: { description: "Reads.", inputSchema: { type: "object", required: ["a"] } },
    acceptedAt: 0,
    now: {
      description: "Reads.\u200b{+Safe+}\u001b[2J\r\nwrite: new",
      inputSchema: { required: ["a", "\u202eb"], type: "object" },
    },
    digest: "",
    isHeldBack: false,
  };

  test("cannot hide, mark itself as ours or leave its place", () => {
    const text = changeText(change);
    expect(text).toContain("‹U+200B›\\{+Safe\\+}‹U+001B›");
    expect(text.split("\n").filter((line) => line.startsWith("write"))).toEqual([]);
    expect(text).toContain('+     "‹U+202E›b"');
    for (const hidden of ["\u200b", "\u001b", "\u202e", "\r"]) expect(text).not.toContain(hidden);
  });

  test("in another order is no change", () => {
    expect(changeText(change)).not.toMatch(/^ +[-+] +"type"/m);
  });
});

test("how many changed is said where a server's trouble is", () => {
  expect(changedText(statusOf())).toBeNull();
  expect(changedText(statusOf({ changedTools: 1 }))).toBe("1 tool not as accepted.");
  expect(changedText(statusOf({ changedTools: 2, heldTools: 2 }))).toBe(
    "2 tools not as accepted, held back.",
  );
});
