import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import type { Io } from "./io.ts";
import { askSecret, askYes } from "./prompt.ts";

const person = () => {
  const stdin = new PassThrough();
  const stderr = new PassThrough();
  const io: Io = {
    stdin,
    stdout: new PassThrough(),
    stderr,
    env: {},
    cwd: "/",
    signal: new AbortController().signal,
  };
  return { io, stdin, shown: () => String(stderr.read() ?? "") };
};

test("a secret is edited and never shown", async () => {
  const { io, stdin, shown } = person();
  const asked = askSecret(io, "Passphrase: ");
  stdin.write("sesamx\u007fe öffne\r");
  expect(await asked).toBe("sesame öffne");
  expect(shown()).toBe("Passphrase: \n");
});

test.each(["\u0003", "\u0004"])("%j takes the question back", async (key) => {
  const { io, stdin } = person();
  const asked = askSecret(io, "Passphrase: ");
  stdin.write(key);
  await expect(asked).rejects.toMatchObject({ code: "request_cancelled", exit: 130 });
});

test("two questions one after the other", async () => {
  const { io, stdin } = person();
  const first = askSecret(io, "1: ");
  stdin.write("one\r");
  expect(await first).toBe("one");
  const second = askSecret(io, "2: ");
  stdin.write("two\r");
  expect(await second).toBe("two");
});

test.each([
  ["y", true],
  ["Yes", true],
  ["", false],
  ["n", false],
  ["yonder", false],
])("the answer %j means %s", async (answer, meant) => {
  const { io, stdin } = person();
  const asked = askYes(io, "Start it?");
  stdin.write(`${answer}\r`);
  expect(await asked).toBe(meant);
});
