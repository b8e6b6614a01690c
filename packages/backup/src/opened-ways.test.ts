import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createResourceQueries, createRootQueries, openSqlite } from "@local-mcp/database";
import { afterEach, beforeEach, expect, test } from "vitest";
import { previewHere } from "./bring-here.ts";
import { Computer, someKey } from "./computer.fixture.ts";
import { openedWays } from "./opened-ways.ts";

let directory: string;
let theirs: Computer;
let here: Computer;

const folder = (name: string): string => {
  const path = join(directory, name);
  mkdirSync(path);
  return path;
};

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "opened-"));
  theirs = await Computer.open(folder("theirs"), null);
  here = await Computer.open(folder("here"), null);
});
afterEach(() => {
  theirs.close();
  here.close();
  rmSync(directory, { recursive: true });
});

const warnings = async (): Promise<string[]> => {
  const stage = await theirs.stage(join(directory, "stage.db"));
  const live = openSqlite(here.path, { readonly: true });
  try {
    const keys = { stagedKeys: null, liveKeys: null };
    return previewHere({ staged: stage.connection, live, ...keys }).warnings;
  } finally {
    live.close();
    stage.close();
  }
};

const open = ({ profiles }: Computer, slug: string): void => {
  profiles.insert({ id: `profile-${slug}`, slug, name: slug, allowWithoutToken: true });
};

test("who gets in by a backup of somebody else, and where its servers are reached through", async () => {
  theirs.addToken("theirs");
  open(theirs, "open");
  theirs.settings.set("proxy", "http://proxy.example:3128");
  theirs.settings.set("extraCaFile", "/tmp/theirs.pem");
  expect(await warnings()).toEqual([
    "Access tokens that are not here now let in whoever has them: “theirs”.",
    "Every program on this computer may use without a token: “open”.",
    "Remote servers are then reached through http://proxy.example:3128.",
    "Remote servers are then trusted by the certificates in /tmp/theirs.pem.",
  ]);
});

test("files of this computer that clients can read, as they could nowhere here", async () => {
  for (const [computer, paths] of [
    [theirs, ["a.md", "b.md"]],
    [here, ["a.md"]],
  ] as const) {
    const root = createRootQueries(computer.db).insert({ uri: "file:///srv" });
    for (const path of paths) {
      const at = { contentKind: "file" as const, rootId: root.id, path };
      createResourceQueries(computer.db).insert({ uri: `files://${path}`, name: path, ...at });
    }
  }
  expect(await warnings()).toEqual([
    "Clients can read files of this computer: “b.md in file:///srv”.",
  ]);
});

test("that whoever made it knows the passphrase of automatic backups", async () => {
  const kept = { table: "backups", id: "schedule", name: "passphrase" };
  const owner = await Computer.open(folder("owner"), someKey());
  owner.keep("kept", kept, "a passphrase that they know");
  const stage = await owner.stage(join(directory, "stage.db"));
  expect(openedWays(stage.connection, null)).toEqual([
    "Automatic backups are then made with the passphrase that is kept in it.",
  ]);
  stage.close();
  owner.close();
});

test("of what is so here already nothing is said", async () => {
  for (const computer of [theirs, here]) {
    computer.addToken("same");
    open(computer, "open");
    computer.settings.set("proxy", "http://proxy.example:3128");
  }
  theirs.settings.set("extraCaFile", "");
  expect(await warnings()).toEqual([]);
});
