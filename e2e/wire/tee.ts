/**
 * Runs a stdio server and records what passes: `node tee.ts FILE -- COMMAND ARGS…`. Bytes pass
 * unchanged; each whole line is one message. FILE may be shared by several processes.
 */
import { spawn } from "node:child_process";
import { appendFileSync } from "node:fs";
import { lineReader } from "../fixtures/json-rpc.ts";
import { parseMessages, type Recorded } from "./record.ts";

const [file, separator, command, ...args] = process.argv.slice(2);
if (file === undefined || separator !== "--" || command === undefined) {
  console.error("usage: node tee.ts FILE -- COMMAND ARGS…");
  process.exit(2);
}

const note = (from: Recorded["from"]) =>
  lineReader((line) => {
    for (const message of parseMessages(line)) {
      const recorded: Recorded = {
        link: "server",
        from,
        exchange: 0,
        // A process is a session of its own.
        session: `process ${process.pid}`,
        version: null,
        carrier: "stdio",
        message,
      };
      appendFileSync(file, `${JSON.stringify(recorded)}\n`);
    }
  });

const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
process.stdin.on("data", note("client"));
process.stdin.pipe(child.stdin);
child.stdout.on("data", note("server"));
child.stdout.pipe(process.stdout);
child.stdin.on("error", () => undefined);

for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => child.kill(signal));
child.on("error", (error) => {
  console.error(error.message);
  process.exit(127);
});
child.on("exit", (code) => {
  process.exitCode = code ?? 1;
  process.stdin.destroy();
});
