import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { backupView } from "@local-mcp/contract";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Place } from "../test-kit.ts";

let place: Place;
beforeEach(() => {
  place = new Place();
});
afterEach(() => place.remove());

test("what a backup of somebody else says cannot rearrange what a person reads", async () => {
  await place.run(["tokens", "create", "--name", "theirs"]);
  const database = join(place.dataDir, "local-mcp-gateway.db");
  const live = new DatabaseSync(database);
  live.exec("UPDATE access_tokens SET name = char(27) || '[2J' || char(10) || 'Restored by us.'");
  live.close();
  const made = await place.json(["backup", "create", "--unencrypted", "--out", "theirs.db"]);
  expect(backupView.parse(made).counts).toMatchObject({ tokens: 1 });
  writeFileSync(database, "this was a database");
  const ran = await place.run(["backup", "restore", "theirs.db", "--yes"]);
  expect(ran).toMatchObject({
    exit: 0,
    out: expect.stringContaining("let in whoever has them: “\\u001b[2J Restored by us.”."),
  });
}, 60_000);
