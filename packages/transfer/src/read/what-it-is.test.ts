import { expect, test } from "vitest";
import { parseImport } from "./parse-import.ts";

test("what a file is in place of an export is told", () => {
  const codeOf = (text: string): unknown => {
    try {
      return parseImport(text, { name: "f" });
    } catch (error) {
      return error;
    }
  };
  for (const start of ["age-encryption.org/v1\n-> scrypt", "SQLite format 3\0\u0010"]) {
    expect(codeOf(start)).toMatchObject({ code: "import_is_backup" });
  }
  expect(codeOf('{\n<<<<<<< HEAD\n  "version": "1"')).toMatchObject({
    message: "“f” cannot be read: git left a merge conflict in it, at line 2, column 1.",
  });
});

test("what is wrong with a server that has a URL is told by its place in the file", async () => {
  const servers = [{ name: "p", url: "https://a.example", auth_type: "bearer", auth_value: "***" }];
  const text = JSON.stringify({ version: "2025-03-26", servers });
  const { entities } = await parseImport(text, { name: "f" }).open({});
  const problems = entities.flatMap((entity) => entity.problems);
  expect(problems.map(({ pointer }) => pointer)).toEqual(["/servers/0/auth_value"]);
});
