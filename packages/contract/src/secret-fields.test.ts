import { oc } from "@orpc/contract";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { windowContract } from "./desktop.ts";
import { contractFields, type ProcedureField, secretPathsOf } from "./fields.ts";
import { noSecret, secretIn, secretOnce } from "./secret-fields.ts";

/** What a field is called that may hold something which opens something. */
const LOOKS_SECRET =
  /^(env|headers?|cookies?)$|(secret|token|pass(word|phrase|wd)|credential|authorization|bearer|verifier|(api|private|recovery|access)_?key)s?$/i;

/** Answers that are allowed to hold a secret, since they are where it was made. */
const MADE_HERE = [
  "backups.keepPassphrase passphrase",
  "signIn.start url",
  "signIn.start userCode",
  "tokens.create token",
  "tokens.createTemporary token",
  "vault.addRecoveryKey recoveryKey",
];

const named = ({ procedure, path }: ProcedureField): string => `${procedure} ${path}`;

/** The names on the way to a field. */
const looksSecret = ({ path }: ProcedureField): boolean =>
  path.split(".").some((name) => LOOKS_SECRET.test(name));

/** What can hold a text of a person's choice. Not a number, a flag or a word of ours. */
const holdsText = ({ schema }: ProcedureField): boolean =>
  !["number", "int", "boolean", "enum", "literal", "null", "undefined", "never"].includes(
    schema._zod.def.type,
  );

const unmarked = (fields: ProcedureField[]): string[] =>
  fields
    .filter((field) => field.passage === null && holdsText(field) && looksSecret(field))
    .map((field) => `${field.side} of ${named(field)}`);

const cameOut = (fields: ProcedureField[], passage: "in" | "once"): string[] =>
  fields.filter((field) => field.side === "output" && field.passage === passage).map(named);

describe("the contract", () => {
  const fields = contractFields(windowContract);

  it("says of every field that looks secret whether it is", () => {
    expect(fields.length).toBeGreaterThan(500);
    expect(unmarked(fields)).toEqual([]);
  });

  it("gives back no secret that was given", () => {
    expect(cameOut(fields, "in")).toEqual([]);
  });

  it("gives out a secret it made in the one answer that made it", () => {
    expect(cameOut(fields, "once").toSorted()).toEqual(MADE_HERE);
    expect(fields.filter(({ side, passage }) => side === "input" && passage === "once")).toEqual(
      [],
    );
  });

  it("knows where the secrets of a server are given", () => {
    expect(secretPathsOf(windowContract, "servers.create", "input")).toEqual([
      "config.env.*.value",
      "config.url",
      "config.headers.*",
      "config.signIn.clientSecret",
      "config.signIn.privateKey",
      "secrets.*",
    ]);
    expect(secretPathsOf(windowContract, "servers.create", "output")).toEqual([]);
  });
});

describe("a contract with a mistake", () => {
  const key = secretIn(z.string());
  const fieldsOf = (input: z.ZodType, output: z.ZodType = z.null()) =>
    contractFields({ some: { call: oc.input(input).output(output) } });

  it("is told of a secret that nobody marked, however it is wrapped", () => {
    const hidden = [
      z.object({ token: z.string() }),
      z.object({ login: z.object({ password: z.string().min(1).nullable().default(null) }) }),
      z.record(z.string(), z.array(z.object({ apiKey: z.string().optional() }))),
      z.discriminatedUnion("kind", [
        z.object({ kind: z.literal("none") }),
        z.object({ kind: z.literal("some"), clientSecret: z.string().transform((text) => text) }),
      ]),
      z.object({ headers: z.record(z.string(), z.unknown()) }),
    ];
    expect(hidden.map((schema) => unmarked(fieldsOf(schema)))).toEqual([
      ["input of some.call token"],
      ["input of some.call login.password"],
      ["input of some.call *.*.apiKey"],
      ["input of some.call clientSecret"],
      ["input of some.call headers.*"],
    ]);
    expect(unmarked(fieldsOf(z.object({ token: key.nullable() })))).toEqual([]);
    expect(unmarked(fieldsOf(z.object({ token: noSecret(z.string()) })))).toEqual([]);
    expect(unmarked(fieldsOf(z.object({ tokens: z.number() })))).toEqual([]);
  });

  it("is told of a secret that comes out, also where its schema was extended", () => {
    const out = z.array(z.object({ note: key.min(1).optional() }));
    expect(cameOut(fieldsOf(z.null(), out), "in")).toEqual(["some.call *.note"]);
    const made = z.union([z.null(), z.object({ note: secretOnce(z.string()) })]);
    expect(cameOut(fieldsOf(z.null(), made), "once")).toEqual(["some.call note"]);
  });

  it("marks a copy: the schema that was marked is free elsewhere", () => {
    const text = z.string();
    secretIn(text);
    expect(fieldsOf(z.object({ note: text }))).toMatchObject([{ passage: null }, {}]);
  });
});
