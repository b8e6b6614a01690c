import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { GatewayError } from "@local-mcp/contract";
import type { Io } from "./io.ts";

/** Asks on stderr and resolves with the line that was typed; `echo` says whether it is shown. */
const ask = (io: Io, question: string, echo: boolean): Promise<string> =>
  new Promise((resolve, reject) => {
    // readline edits the line on its output; given one that shows nothing, nothing is shown.
    const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
    const reader = createInterface({
      input: io.stdin,
      output: echo ? io.stderr : silent,
      terminal: true,
      historySize: 0,
    });
    const stop = (): void => reject(new GatewayError("request_cancelled"));
    let answer: string | null = null;
    reader.once("line", (line) => {
      answer = line;
      reader.close();
    });
    reader.once("SIGINT", () => reader.close());
    reader.once("close", () => {
      if (!echo) io.stderr.write("\n");
      if (answer === null) stop();
      else resolve(answer);
    });
    io.stderr.write(question);
    reader.resume();
  });

/** Asks for a secret without showing it. Rejects with `request_cancelled` on Ctrl-C or Ctrl-D. */
export const askSecret = (io: Io, question: string): Promise<string> => ask(io, question, false);

/** Asks for a line that may be seen. Rejects with `request_cancelled` on Ctrl-C or Ctrl-D. */
export const askText = (io: Io, question: string): Promise<string> => ask(io, question, true);

/** Asks a question whose answer is no unless it starts with y. */
export const askYes = async (io: Io, question: string): Promise<boolean> =>
  /^y(es)?$/i.test((await ask(io, `${question} [y/N] `, true)).trim());
