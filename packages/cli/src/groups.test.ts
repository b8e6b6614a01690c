import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { buildProgram } from "./program.ts";

const io = {
  stdin: new PassThrough(),
  stdout: new PassThrough(),
  stderr: new PassThrough(),
  env: {},
  cwd: "/",
  signal: new AbortController().signal,
};

const words = (argv?: readonly string[]) =>
  buildProgram(io, () => {}, undefined, argv).then(({ commands }) =>
    commands.map((command) => [command.name(), ...command.aliases()]),
  );

test("whatever leads to a command loads what has it, and no other group", async () => {
  const all = await words();
  expect(all.length).toBeGreaterThan(18);
  for (const names of all) {
    for (const name of names) {
      const loaded = await words(["--data-dir", "serve", "--json", name, "list"]);
      expect(loaded).toContainEqual(names);
      expect(loaded.length).toBeLessThan(3);
    }
  }
});

test("a word that leads to none loads all, so that the nearest can be named", async () => {
  expect(await words(["servrs"])).toEqual(await words());
});
