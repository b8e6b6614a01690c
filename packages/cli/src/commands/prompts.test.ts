import { writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Place } from "../test-kit.ts";

let place: Place;
beforeEach(() => {
  place = new Place();
});
afterEach(() => place.remove());

const TEMPLATE = "# User:\nReview {{ code }} in {{ language }}.\n# Assistant:\nGladly.\n";

describe("prompts", () => {
  test("are added from a file, listed, shown, previewed and removed", async () => {
    place.write("review.jinja", TEMPLATE);
    await place.run(["profiles", "create", "work"]);
    const words = ["prompts", "add", "review", "--template", "review.jinja"];
    const added = await place.run([...words, "--profile", "work", "--tag", "a,b"]);
    expect(added).toMatchObject({ exit: 0, out: "Added “review”.\n", err: "" });
    expect((await place.run(["prompts", "list"])).out).toMatch(
      /^review +on +code,language +work +a,b$/m,
    );
    expect(await place.json(["prompts", "list", "--tag", "c"])).toEqual([]);
    const seen = await place.run(["prompts", "list", "--profile", "work"]);
    expect(seen.out).toMatch(/^review +\(local\)/m);
    const { out } = await place.run(["prompts", "show", "review"]);
    expect(out).toMatch(/^Arguments +code\n +language$/m);
    expect(out).toContain("Review {{ code }}");
    const values = ["--arg", "code=x = 1", "--arg", "language=Python"];
    const made = await place.run(["prompts", "preview", "review", ...values]);
    expect(made.out).toBe("# User:\nReview x = 1 in Python.\n\n# Assistant:\nGladly.\n");
    expect((await place.run(["prompts", "remove", "review"])).out).toBe("Removed “review”.\n");
    expect(await place.json(["prompts", "list"])).toEqual([]);
  });

  test("have the arguments that are described, and those of the template beside", async () => {
    const words = ["prompts", "add", "review", "--template", "-"];
    const optional = ["--optional", "language", "--suggest", "language=Go,Python"];
    const made = await place.json([...words, ...optional], { input: TEMPLATE });
    expect(made).toMatchObject({
      arguments: [
        { name: "code", required: true },
        { name: "language", required: false, values: ["Go", "Python"] },
      ],
    });
    const described = ["--argument", "code=What to read", "--argument", "language"];
    expect(await place.json(["prompts", "edit", "review", ...described])).toMatchObject({
      template: TEMPLATE,
      arguments: [
        { name: "code", required: true, description: "What to read" },
        { name: "language", required: true },
      ],
    });
  });

  test("are no empty texts and no bytes", async () => {
    writeFileSync(place.write("bytes.jinja", ""), Buffer.from([0xc3, 0x28, 0xff]));
    const bytes = await place.run(["prompts", "add", "x", "--template", "bytes.jinja"]);
    expect(bytes.err).toContain("bytes.jinja cannot be read: it is not text in UTF-8.");
    const empty = await place.run(["prompts", "add", "x", "--template", "-"], { input: " \n" });
    expect(empty).toMatchObject({
      exit: 3,
      err: expect.stringContaining("template: It is empty."),
    });
    expect(await place.json(["prompts", "list"])).toEqual([]);
  });

  test("a preview says which arguments are wrong, and which a client has to give", async () => {
    await place.run(["prompts", "add", "x", "--template", "-"], { input: TEMPLATE });
    const typo = await place.run(["prompts", "preview", "x", "--arg", "cod=1"]);
    expect(typo).toMatchObject({ exit: 2, out: "" });
    expect(typo.err).toContain("“x” has no argument “cod”: it has code, language.");
    const half = await place.run(["prompts", "preview", "x", "--arg", "code=1"]);
    expect(half).toMatchObject({ exit: 0, err: "A client has to give a value: language.\n" });
  });

  test("are turned off and on, and called otherwise", async () => {
    await place.run(["prompts", "add", "one", "--template", "-", "--disabled"], { input: "Hi" });
    expect(await place.json(["prompts", "show", "one"])).toMatchObject({ enabled: false });
    const edited = await place.run(["prompts", "edit", "one", "--enable", "--name", "two"]);
    expect(edited).toMatchObject({ exit: 0, out: "Changed “two”.\n" });
    expect(await place.json(["prompts", "show", "two"])).toMatchObject({ enabled: true });
  });

  test.each([
    [["add", "x", "--template", "gone"], 1, "gone cannot be read"],
    [
      ["add", "x", "--template", "Hi {{ name }}"],
      1,
      "A text in the place of a file cannot be read: give the name of a file",
    ],
    [["add", "x", "--template", ""], 1, "A file cannot be read: none is named."],
    [["add", "x"], 2, "--template"],
    [["add", "x y", "--template", "-"], 3, "name: A name has 1 to 128"],
    [["add", "x", "--template", "-", "--profile", "none"], 1, "There is no profile “none”."],
    [["add", "x", "--template", "-", "--argument", "other"], 3, "It reads “code”"],
    [["add", "x", "--template", "-", "--suggest", "code"], 2, "--suggest takes NAME=VALUE."],
    [["edit", "x", "--title", "y"], 1, "The gateway has no prompt “x” of its own."],
    [["edit", "x"], 2, "Nothing to change was given."],
    [["edit", "x", "--enable", "--disable"], 2, "not both"],
    [["list", "--profile", "x", "--tag", "y"], 2, "not both"],
    [["preview", "x", "--arg", "y"], 2, "--arg takes NAME=VALUE."],
    [["preview", "x", "--arg", "y=1", "--arg", "y=2"], 2, "--arg gives “y” twice."],
  ])("%j is refused with %i", async (words, exit, sentence) => {
    const ran = await place.run(["prompts", ...words], { input: TEMPLATE });
    expect(ran).toMatchObject({ exit, err: expect.stringContaining(sentence) });
    expect(await place.json(["prompts", "list"])).toEqual([]);
  });

  test("a mistake in a template has its line, and nothing is kept", async () => {
    const input = "a\n{{ code | shout }}";
    const ran = await place.run(["prompts", "add", "x", "--template", "-"], { input });
    const err = expect.stringContaining("template: Line 2: There is no filter “shout”.");
    expect(ran).toMatchObject({ exit: 3, err });
    expect(await place.json(["prompts", "list"])).toEqual([]);
  });

  test("what a template says is wrong ends its preview", async () => {
    const input = "a\n{{ raise_exception('Give a code') if not code else code }}";
    await place.run(["prompts", "add", "x", "--template", "-"], { input });
    const ran = await place.run(["prompts", "preview", "x"]);
    const err = expect.stringContaining("“x” cannot be made: Line 2: Give a code.");
    expect(ran).toMatchObject({ exit: 1, out: "", err });
  });
});
