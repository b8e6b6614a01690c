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
import { parseArgs } from "node:util";

/**
 * Plants one fault at a time in a copy of the tree and expects its gate to fail:
 * `npm run faults [-- --short] [NAME]`. First each gate has to pass without a fault; `--short` asks
 * that of one gate of each kind only, for a run that has just seen all of them pass.
 */

const { values: options, positionals } = parseArgs({
  options: { short: { type: "boolean", default: false } },
  allowPositionals: true,
});

const ROOT = resolve(import.meta.dirname, "../..");
/** Folders with packages of their own, installed on first use. */
const OWN_PACKAGES = ["e2e/conformance"];
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
  }
  // Where two packages want different versions of a third, npm keeps one of them in their folder.
  const inPackages = readdirSync(join(ROOT, "packages")).map((name) => join("packages", name));
  for (const folder of [...inPackages, ...OWN_PACKAGES]) {
    const own = join(folder, "node_modules");
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

const [wanted = ""] = positionals;
const chosen = faults.filter(({ name }) => name.includes(wanted));
const tree = mkdtempSync(join(tmpdir(), "planted-faults-"));
let unnoticed = 0;
try {
  copyTree(tree);
  const gates = [...new Set(chosen.map((fault) => fault.gate))];
  const kinds = new Map(gates.map((gate) => [gate.split(" ", 3).join(" "), gate]));
  for (const gate of options.short ? kinds.values() : gates) {
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
