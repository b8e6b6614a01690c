import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

/** What a script says that is started with `args`, and how it ends. */
function started(args: string[]) {
  const script = `
    import { countOf, optionsOf, refuseUnknown } from "./scripts/options.ts";
    const { values } = optionsOf({
      options: { only: { type: "string", multiple: true }, times: { type: "string", default: "3" } },
    });
    refuseUnknown(values.only ?? [], ["kills", "crashes"]);
    console.log(JSON.stringify({ times: countOf("times", values.times), only: values.only }));`;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--input-type=module", "--eval", script, "--", ...args],
    { encoding: "utf8" },
  );
  return { status, said: stdout + stderr };
}

test("a script is given what it was started with", () => {
  expect(started(["--only", "kills", "--times", "12"])).toEqual({
    status: 0,
    said: '{"times":12,"only":["kills"]}\n',
  });
});

test.each([
  [["--olny", "kills"], "Unknown option '--olny'. There is --only, --times.\n"],
  [["kills"], "Unexpected argument 'kills'. There is --only, --times.\n"],
  [["--times"], "Option '--times <value>' argument missing. There is --only, --times.\n"],
  [["--only", "klils"], "There is no “klils”, but kills, crashes.\n"],
  [["--times", "0"], "--times takes a whole number from 1 on, not “0”.\n"],
  [["--times", "many"], "--times takes a whole number from 1 on, not “many”.\n"],
])("%j is refused in a line", (args, said) => {
  expect(started(args)).toEqual({ status: 2, said });
});
