import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rootCreate } from "@local-mcp/contract";
import { createDb } from "@local-mcp/database";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createStores, type Stores } from "../stores.ts";
import { RootsService } from "./roots-service.ts";

let directory: string;
let stores: Stores;
let changes: number;
let roots: RootsService;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "lmg-roots-"));
  stores = createStores(createDb({ path: join(directory, "x.db") }));
  stores.profiles.insert({ slug: "work", name: "Work" });
  changes = 0;
  roots = new RootsService({ stores, onChange: () => (changes += 1) });
});
afterEach(() => {
  stores.db.close();
  rmSync(directory, { recursive: true });
});

const profileId = (): string => stores.profiles.getBySlug("work")?.id ?? "";

const add = (uri: string, more: object = {}) => roots.create(rootCreate.parse({ uri, ...more }));

test.each([
  "file:///C:/Users/me/My%20Files",
  "file:///C:/Program Files/app",
  String.raw`file:///C:\Users\me`,
  "file:///c%3A%5CUsers%5Cme",
  "file://server/share/a",
  "FILE:///Home/Me/../Me",
  "https://example.com/repo?x=1",
])("%s is kept and told byte for byte", (uri) => {
  expect(add(uri, { profiles: ["work"], name: "One" }).uri).toBe(uri);
  expect(roots.get(uri).uri).toBe(uri);
  expect(roots.offered()(profileId())).toEqual([{ uri, name: "One" }]);
});

test.each([
  ["ftp://example.com", "file://"],
  ["/home/me", "file://"],
  [String.raw`C:\Users\me`, "file://"],
  ["file:///a\nb", "one line"],
  ["file:///a\u0085b", "one line"],
  ["https://me:CANARY@example.com/", "no password"],
])("%j is refused with what is wrong", (uri, reason) => {
  const { error } = rootCreate.safeParse({ uri });
  expect(error?.issues[0]?.path).toEqual(["uri"]);
  expect(error?.issues[0]?.message).toContain(reason);
});

test("a profile's are told in its order, but for those turned off", () => {
  const [one, two, three] = ["file:///1", "file:///2", "file:///3"].map((uri) => add(uri).id);
  stores.roots.replaceIn(profileId(), [three ?? "", one ?? "", two ?? ""]);
  roots.update("file:///1", { enabled: false });
  expect(roots.offered()(profileId())).toEqual([{ uri: "file:///3" }, { uri: "file:///2" }]);
  expect(roots.offered()("another")).toEqual([]);
});

test("one URI is there once, also when another root takes it", () => {
  add("file:///a");
  add("file:///b");
  expect(() => add("file:///a")).toThrow(expect.objectContaining({ code: "name_taken" }));
  expect(() => roots.update("file:///b", { uri: "file:///a" })).toThrow(
    expect.objectContaining({ code: "name_taken" }),
  );
  expect(roots.list().map(({ uri }) => uri)).toEqual(["file:///a", "file:///b"]);
});

test("nothing is stored where a profile is not there", () => {
  expect(() => add("file:///a", { profiles: ["work", "nowhere"] })).toThrow(
    expect.objectContaining({ code: "profile_not_found" }),
  );
  expect(roots.list()).toEqual([]);
  expect(changes).toBe(0);
});

test("it is changed and removed, by URI or id, and says so", () => {
  const { id } = add("file:///a", { tags: ["docs"], profiles: ["work"] });
  expect(roots.update(id, { name: "A", tags: ["x"] })).toMatchObject({
    name: "A",
    tags: ["x"],
    enabled: true,
    profiles: ["work"],
    resources: 0,
  });
  expect(roots.list({ tags: ["docs"] })).toEqual([]);
  expect(roots.list({ tags: ["x"] })).toHaveLength(1);
  roots.remove("file:///a");
  expect(changes).toBe(3);
  expect(() => roots.get(id)).toThrow(expect.objectContaining({ code: "local_not_found" }));
});
