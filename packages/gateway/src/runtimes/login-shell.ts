import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { userInfo } from "node:os";
import { basename, isAbsolute } from "node:path";
import { ProcessGroup, systemCode } from "@local-mcp/engine";

const TIMEOUT_MS = 10_000;
/** How long a shell that has answered may take to end, and then each harder way of ending it, ms. */
const END_MS = 500;
/** How long an ended shell's last output may still arrive, ms. */
const LAST_OUTPUT_MS = 200;
/** What start-up files may print, characters. */
const MAX_OUTPUT = 8 * 1024 * 1024;

type Variables = Readonly<Record<string, string>>;
/** A problem is a sentence; beside variables it says what they lack. */
type ShellAnswer =
  | { variables: Variables; problem: string | null }
  | { variables: null; problem: string };

/** A login shell that is being asked what it exports. */
export interface LoginShell {
  /** The program, for example /bin/zsh; null where none is known. */
  shell: string | null;
  /** Never rejects. */
  answer: Promise<ShellAnswer>;
  /** Ends the shell and what it started. Resolves when nothing of it is left. */
  stop(): Promise<void>;
}

/**
 * Asks the user's shell for its environment as a terminal would have it: as an interactive login
 * shell, which reads all of its start-up files. Those may print, ask, hang, fail or start others,
 * so it gets no terminal and no input, limited time, and a process group of its own that is ended.
 *
 * @param env what the shell is started with; its SHELL names the program
 * @param timeoutMs for all ways of asking together
 */
export function askLoginShell(options: { env: Variables; timeoutMs?: number }): LoginShell {
  const { env, timeoutMs = TIMEOUT_MS } = options;
  const shell = shellOf(env);
  if (shell === null) {
    const problem = "No login shell is known for this user.";
    return { shell, answer: Promise.resolve(failed(problem)), stop: async () => {} };
  }
  const aborted = new AbortController();
  const endings: Promise<void>[] = [];
  const timer = setTimeout(() => {
    const waited = `${shell} did not answer within ${Math.ceil(timeoutMs / 1000)} s`;
    aborted.abort(`${waited}; its start-up files may be waiting for something.`);
  }, timeoutMs);

  const ask = async (): Promise<ShellAnswer> => {
    let first: ShellAnswer | null = null;
    let answer: ShellAnswer = failed("");
    for (const flags of waysToAsk(shell)) {
      const { outcome, ended } = askOnce({ shell, flags, env, signal: aborted.signal });
      endings.push(ended);
      answer = await outcome;
      if (answer.variables !== null || aborted.signal.aborted) break;
      first ??= answer;
    }
    clearTimeout(timer);
    if (answer.variables === null || first === null) return answer;
    const problem = `${first.problem} So it was asked without its files for terminals.`;
    return { variables: answer.variables, problem };
  };
  const answer = ask().catch((error: unknown) => {
    clearTimeout(timer);
    return failed(`${shell} cannot be started: ${codeOf(error)}.`);
  });
  return {
    shell,
    answer,
    stop: async () => {
      aborted.abort(`${shell} was stopped.`);
      await answer;
      await Promise.all(endings);
    },
  };
}

const codeOf = (error: unknown): string => systemCode(error) || String(error);

const failed = (problem: string): ShellAnswer => ({ variables: null, problem });

function shellOf(env: Variables): string | null {
  const named = env.SHELL ?? "";
  if (isAbsolute(named)) return named;
  try {
    return userInfo().shell;
  } catch {
    // No entry for this user in the system's list, as in some containers.
    return null;
  }
}

/**
 * The flags before the command, in the order they are tried: first as a terminal does it, then
 * without start-up files that turn an interactive shell into another one or leave it.
 */
function waysToAsk(shell: string): string[][] {
  switch (basename(shell)) {
    case "csh":
    case "tcsh":
      return [["-i", "-c"], ["-c"]];
    case "nu":
      return [["-l", "-c"]];
    case "pwsh":
      return [["-Login", "-Command"]];
    default:
      return [
        ["-i", "-l", "-c"],
        ["-l", "-c"],
      ];
  }
}

/**
 * One command that all shells read alike: the rest is for sh. The mark is in two parts, so that a
 * shell that prints its commands does not print the mark.
 */
const commandFor = (mark: string): string => {
  const print = `printf %s%s ${mark.slice(0, 16)} ${mark.slice(16)}`;
  return `/bin/sh -c '${print}; /usr/bin/env -0 2>/dev/null || /usr/bin/env; ${print}'`;
};

interface Question {
  shell: string;
  flags: string[];
  env: Variables;
  /** Its reason is the problem, as a sentence. */
  signal: AbortSignal;
}

function askOnce(question: Question): { outcome: Promise<ShellAnswer>; ended: Promise<void> } {
  const { shell, flags, env, signal } = question;
  const mark = randomBytes(16).toString("hex");
  const child = spawn(shell, [...flags, commandFor(mark)], {
    cwd: "/",
    env,
    stdio: ["ignore", "pipe", "ignore"],
    detached: true,
  });
  const group = new ProcessGroup(child);
  const outcome = new Promise<ShellAnswer>((resolve) => {
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString("latin1");
      const [, printed, rest] = output.split(mark, 3);
      if (printed !== undefined && rest !== undefined) resolve(readAnswer(shell, printed));
      else if (output.length > MAX_OUTPUT) {
        resolve(failed(`The start-up files of ${shell} print too much.`));
      }
    });
    child.once("error", (error) => {
      resolve(failed(`${shell} cannot be started: ${codeOf(error)}.`));
    });
    child.once("exit", (code, ending) => {
      const how = ending === null ? `exit code ${code}` : `signal ${ending}`;
      const silent = () => resolve(failed(`${shell} ended without an answer (${how}).`));
      // What a start-up file left running may hold the pipe, so "close" is not waited for long.
      const timer = setTimeout(silent, LAST_OUTPUT_MS);
      child.once("close", () => {
        clearTimeout(timer);
        silent();
      });
    });
    const abort = () => resolve(failed(String(signal.reason)));
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort);
  });
  const ended = outcome.then((answer) => {
    child.stdout.destroy();
    const patience = answer.variables ? END_MS : 0;
    return group.stop({ afterEof: patience, afterTerm: END_MS });
  });
  return { outcome, ended };
}

/** @param printed what env printed, one character per byte */
function readAnswer(shell: string, printed: string): ShellAnswer {
  const text = Buffer.from(printed, "latin1").toString("utf8");
  const variables: Record<string, string> = {};
  // An old env has no -0; a value of more than one line is then cut, and none that we take has any.
  for (const line of text.split(text.includes("\0") ? "\0" : "\n")) {
    const at = line.indexOf("=");
    if (at > 0) variables[line.slice(0, at)] = line.slice(at + 1);
  }
  return variables.PATH ? { variables, problem: null } : failed(`${shell} exports no PATH.`);
}
