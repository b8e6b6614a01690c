import { execFileSync, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../..");
const GATE_LIMIT_MS = 5 * 60_000;

interface Fault {
  name: string;
  gate: string;
  patch: string;
}

const faults: Fault[] = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith(".patch"))
  .sort()
  .map((file) => {
    const patch = join(import.meta.dirname, file);
    const gate = /^Gate: (.+)$/m.exec(readFileSync(patch, "utf8"))?.[1];
    if (gate === undefined) throw new Error(`${file} names no gate`);
    return { name: file.replace(/\.patch$/, ""), gate, patch };
  });

/** The tracked files, with the installed packages beside them but our own packages from the copy. */
function copyTree(target: string): void {
  const tracked = execFileSync("git", ["ls-files", "-z"], { cwd: ROOT, encoding: "utf8" });
  for (const file of tracked.split("\0").filter((name) => name !== "")) {
    if (!existsSync(join(ROOT, file))) continue;
    mkdirSync(dirname(join(target, file)), { recursive: true });
    cpSync(join(ROOT, file), join(target, file));
  }
  const modules = join(target, "node_modules");
  mkdirSync(modules);
  for (const entry of readdirSync(join(ROOT, "node_modules"))) {
    if (entry !== "@local-mcp") {
      symlinkSync(join(ROOT, "node_modules", entry), join(modules, entry));
    }
  }
  mkdirSync(join(modules, "@local-mcp"));
  for (const name of readdirSync(join(ROOT, "packages"))) {
    symlinkSync(join(target, "packages", name), join(modules, "@local-mcp", name));
    // Where two packages want different versions of a third, npm keeps one of them here.
    const own = join("packages", name, "node_modules");
    if (existsSync(join(ROOT, own))) symlinkSync(join(ROOT, own), join(target, own));
  }
}

function runGate(gate: string, cwd: string): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(gate, {
    cwd,
    shell: true,
    encoding: "utf8",
    timeout: GATE_LIMIT_MS,
    env: { ...process.env, PATH: `${join(ROOT, "node_modules/.bin")}:${process.env.PATH}` },
  });
  return { status, output: `${stdout}${stderr}` };
}

const wanted = process.argv[2] ?? "";
const chosen = faults.filter(({ name }) => name.includes(wanted));
const tree = mkdtempSync(join(tmpdir(), "planted-faults-"));
let unnoticed = 0;
try {
  copyTree(tree);
  for (const gate of new Set(chosen.map((fault) => fault.gate))) {
    const { status, output } = runGate(gate, tree);
    if (status !== 0) {
      console.error(output);
      throw new Error(`The gate fails without a fault: ${gate}`);
    }
  }
  for (const { name, gate, patch } of chosen) {
    execFileSync("git", ["apply", "--unsafe-paths", `--directory=${tree}`, patch], { cwd: "/" });
    const { status } = runGate(gate, tree);
    execFileSync("git", ["apply", "-R", "--unsafe-paths", `--directory=${tree}`, patch], {
      cwd: "/",
    });
    const caught = status !== 0;
    if (!caught) unnoticed += 1;
    console.log(`${caught ? "caught   " : "UNNOTICED"}  ${name}  (${gate})`);
  }
} finally {
  rmSync(tree, { recursive: true, force: true });
}
console.log(`${chosen.length - unnoticed} of ${chosen.length} planted faults caught`);
process.exitCode = unnoticed === 0 && chosen.length > 0 ? 0 : 1;
