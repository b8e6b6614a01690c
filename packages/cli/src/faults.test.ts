import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

const SECRET = "c4n4ry-of-a-crash";
const FAULTS = new URL("./faults.ts", import.meta.url).href;

/** A program that meets a fault which nobody catches. */
const end = (fault: string) => {
  const code = `
    import { keepFaultsQuiet } from ${JSON.stringify(FAULTS)};
    keepFaultsQuiet();
    const fail = (message, more) =>
      Object.assign(new TypeError(message, more), { headers: { key: process.env.SECRET } });
    setTimeout(() => process.stdout.write("went on"), 5000).unref();
    setTimeout(() => { ${fault} });
  `;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--input-type=module", "--eval", code],
    { env: { SECRET }, encoding: "utf8" },
  );
  return { status, stdout, stderr };
};

const MESSAGE = "`bad ${process.env.SECRET}\\n    at ${process.env.SECRET}`";

const ORIGIN = /\nTypeError\n {4}at fail .+\n {4}at /;

test.each([
  ["an error", `throw fail(${MESSAGE}, { cause: ${JSON.stringify(SECRET)} })`, ORIGIN],
  ["a rejection", `Promise.reject(fail(${MESSAGE}))`, ORIGIN],
  ["what is no error", "throw process.env.SECRET", /\(internal\)\n/],
])("%s that nobody caught says where it was, and nothing of what it holds", (_, fault, said) => {
  const { status, stdout, stderr } = end(fault);
  expect(stderr).toMatch(said);
  expect(stderr + stdout).not.toContain(SECRET);
  expect(status).toBe(1);
});
