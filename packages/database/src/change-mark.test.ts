import { expect, test } from "vitest";
import { changeMark } from "./change-mark.ts";
import { createDb } from "./db.ts";
import { settings } from "./schema/system.ts";
import { useDb, useTempDir } from "./test-kit.ts";

const inDir = useTempDir();
const database = useDb(() => inDir("x.db"));

test("reading changes no mark, and each write does, by whomever", async () => {
  const db = database();
  const other = createDb({ path: inDir("x.db") });
  const marks = [changeMark(db)];
  db.select().from(settings).all();
  expect(changeMark(db)).toBe(marks[0]);
  const next = (): number => marks.push(changeMark(db));
  db.insert(settings).values({ key: "theme", value: "dark" }).run();
  next();
  db.update(settings).set({ value: "light" }).run();
  next();
  other.update(settings).set({ value: "dark" }).run();
  next();
  await db.transaction(async (tx) => {
    await tx.update(settings).set({ value: "light" });
  });
  next();
  other.delete(settings).run();
  db.transaction(() => next());
  expect(new Set(marks).size).toBe(marks.length);
  other.close();
});
