import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { formatSize, sizeOf } from "./size.ts";

test("a folder is as large as its files, links not counted", async () => {
  const folder = await mkdtemp(join(tmpdir(), "lmg-size-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, "a", "b"), { recursive: true });
  await writeFile(join(folder, "one"), Buffer.alloc(1000));
  await writeFile(join(folder, "a", "b", "two"), Buffer.alloc(234));
  await symlink(join(folder, "one"), join(folder, "link"));
  expect(await sizeOf(folder)).toBe(1234);
  expect(formatSize(368_960_000)).toBe("369.0 MB");
});
