import { spawn, spawnSync } from "node:child_process";

/** Whether the program of that name is installed, https://github.com/FiloSottile/age. */
export const hasAge = (): boolean => spawnSync("age", ["--version"]).error === undefined;

/** Of util-linux: runs a command on a terminal of its own. */
const TERMINAL = "script";
const PROMPT = /passphrase[^:\n]*: ?$/i;

/**
 * Runs `age` as a person would: it asks for a passphrase on the terminal that it runs in, and on
 * nothing else.
 *
 * @param args words without a character that means something to a shell
 * @param passphrase typed as often as it is asked for
 * @returns what was on the terminal, and the exit code
 */
export const typeToAge = (
  args: string[],
  passphrase: string,
): Promise<{ code: number | null; said: string }> =>
  new Promise((resolve, reject) => {
    const terminal = spawn(TERMINAL, ["-qfec", ["age", ...args].join(" "), "/dev/null"]);
    let said = "";
    let answered = 0;
    terminal.stdout.on("data", (bytes: Buffer) => {
      said += bytes.toString("utf8");
      if (!PROMPT.test(said.slice(answered))) return;
      answered = said.length;
      terminal.stdin.write(`${passphrase}\n`);
    });
    terminal.once("error", reject);
    terminal.once("close", (code) => resolve({ code, said }));
  });
