import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Writes a generated document, or with `--check` says whether the one that is there is still true.
 */
export function writeOrCheck(path: string, text: string): void {
  if (!process.argv.includes("--check")) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return;
  }
  if (readOrEmpty(path) === text) return;
  console.error(`${path} is not what the code says. Run “npm run docs” and commit the result.`);
  process.exitCode = 1;
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
