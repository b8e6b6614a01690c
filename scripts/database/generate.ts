/**
 * `npm run db:generate [-- --name WHAT_CHANGED]`: writes the SQL that brings existing databases to
 * the schema, and embeds it in a module, since the product is one file and has no SQL beside it.
 * With --check nothing is written; it fails where schema, SQL and module disagree.
 */
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { readMigrationFiles } from "drizzle-orm/migrator";
import { optionsOf } from "../options.ts";

const run = promisify(execFile);
const packageDir = fileURLToPath(new URL("../../packages/database/", import.meta.url));
const drizzleKit = fileURLToPath(new URL("./bin.cjs", import.meta.resolve("drizzle-kit")));

const folderOf = (file: string): string => join(packageDir, "src/migrations", file);
const moduleOf = (file: string): string => `${folderOf(file)}.ts`;

/** What drizzle-kit makes of `file`'s schema, in `out`. It asks nothing where there is no terminal. */
const generate = async (file: string, out: string, name: string): Promise<void> => {
  const schema = join(packageDir, "src/schema", `${file}.ts`);
  const { stdout, stderr } = await run(
    process.execPath,
    [
      drizzleKit,
      "generate",
      "--dialect=sqlite",
      `--schema=${schema}`,
      // It takes a path relative to where it runs, and only that.
      `--out=${relative(packageDir, out)}`,
      `--name=${name}`,
    ],
    { cwd: packageDir },
  );
  // It exits with 0 when it fails.
  if (!/No schema changes|SQL migration file/.test(stdout)) {
    throw new Error(`drizzle-kit could not read ${schema}:\n${stdout}${stderr}`);
  }
};

const moduleText = (file: string): string => {
  const migrations = readMigrationFiles({ migrationsFolder: folderOf(file) });
  return [
    `// Written by scripts/database/generate.ts from ${file}/*.sql. Do not edit.`,
    `import type { MigrationMeta } from "drizzle-orm/migrator";`,
    ``,
    `export const migrations: MigrationMeta[] = ${JSON.stringify(migrations, null, 2)};`,
    ``,
  ].join("\n");
};

/** What is out of date for one database file, or nothing. */
const check = async (file: string): Promise<string | undefined> => {
  const scratch = mkdtempSync(join(tmpdir(), "lmg-generate-"));
  try {
    const copy = join(scratch, file);
    cpSync(folderOf(file), copy, { recursive: true });
    await generate(file, copy, "check");
    if (readdirSync(copy).length !== readdirSync(folderOf(file)).length) {
      return `The schema of ${file} has changes without a migration.`;
    }
    if (readFileSync(moduleOf(file), "utf8") !== moduleText(file)) {
      return `${moduleOf(file)} does not hold the SQL of its folder.`;
    }
    return undefined;
  } finally {
    rmSync(scratch, { recursive: true });
  }
};

const { values } = optionsOf({
  options: { check: { type: "boolean" }, name: { type: "string", default: "change" } },
});
const files = ["configuration", "traffic"];

if (values.check) {
  const drift = (await Promise.all(files.map(check))).filter((line) => line !== undefined);
  for (const line of drift) console.error(line);
  if (drift.length > 0) {
    console.error("Run “npm run db:generate -- --name WHAT_CHANGED”.");
    process.exitCode = 1;
  }
} else {
  for (const file of files) {
    await generate(file, folderOf(file), values.name);
    writeFileSync(moduleOf(file), moduleText(file));
  }
  console.log(`Wrote ${files.map(moduleOf).join(" and ")}.`);
}
