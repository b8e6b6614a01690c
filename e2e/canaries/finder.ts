import { ID_LENGTH, MARKER, type Sample } from "./samples.ts";

/** A sample that was found, and what it was written as. */
export interface Hit {
  id: string;
  form: string;
}

const ID = `([0-9a-z]{${ID_LENGTH}})`;
const PLAIN = new RegExp(`${MARKER}${ID}`, "gi");
const hexOf = (text: string): string => Buffer.from(text).toString("hex");
const HEX = new RegExp(`${hexOf(MARKER)}((?:[0-9a-f]{2}){${ID_LENGTH}})`, "gi");
/** Both byte orders: a letter and a zero, in turns. */
const WIDE = new RegExp(
  `${MARKER.split("").join("\\x00")}\\x00((?:[0-9a-z]\\x00){${ID_LENGTH - 1}}[0-9a-z])`,
  "gi",
);

/** What of the base64 of a text is the same whatever stands around it, for each place in a group. */
const base64Cores = (text: string): string[] =>
  [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), Buffer.from(text)]).toString("base64");
    const whole = Math.floor(((shift + text.length) * 8) / 6);
    return encoded.slice(Math.ceil((shift * 8) / 6), whole);
  });

const urlSafe = (base64: string): string => base64.replaceAll("+", "-").replaceAll("/", "_");

const MARKERS = [...new Set(base64Cores(MARKER).flatMap((core) => [core, urlSafe(core)]))];
/** What those hold of it in any case: of its first letter some bits may be missing. */
const DECODED = new RegExp(`${MARKER.slice(1)}${ID}`);
/** Of the characters from the marker on, enough to hold the id. */
const BASE64_WINDOW = Math.ceil(((MARKER.length + ID_LENGTH + 3) * 8) / 6);

/** The id behind a marker in base64; null where no group of four characters gives one. */
const decodeAt = (text: string, at: number): string | null => {
  const [encoded = ""] = /^[\w+/-]*/.exec(text.slice(at, at + BASE64_WINDOW)) ?? [];
  for (const lead of ["", "A", "AA", "AAA"]) {
    const decoded = Buffer.from(lead + encoded, "base64").toString("latin1");
    const id = DECODED.exec(decoded)?.[1];
    if (id !== undefined) return id;
  }
  return null;
};

function* base64Ids(text: string): Generator<string> {
  for (const marker of MARKERS) {
    for (let at = text.indexOf(marker); at !== -1; at = text.indexOf(marker, at + 1)) {
      const id = decodeAt(text, at);
      if (id !== null) yield id;
    }
  }
}

/** Every form in which a sample of its own may lie about, but those that could be anything. */
const exactForms = ({ value }: Sample): [form: string, bytes: Buffer][] => {
  const bytes = Buffer.from(value);
  const texts: [string, string][] = [
    ["in clear", value],
    ["in JSON", JSON.stringify(value).slice(1, -1)],
    ["percent-encoded", encodeURIComponent(value)],
  ];
  if (value.length > 12) {
    texts.push(["hexadecimal", bytes.toString("hex")]);
    for (const core of base64Cores(value)) texts.push(["base64", core], ["base64", urlSafe(core)]);
  }
  return [
    ...texts.map(([form, text]): [string, Buffer] => [form, Buffer.from(text)]),
    ["UTF-16", Buffer.from(value, "utf16le")],
  ];
};

/** Every sample that these bytes hold, in whatever form needs no key to be read. */
export const findIn = (bytes: Buffer, exact: readonly Sample[] = []): Hit[] => {
  const text = bytes.toString("latin1");
  const hits: Hit[] = [];
  for (const [, id = ""] of text.matchAll(PLAIN)) hits.push({ id, form: "in clear" });
  for (const [, code = ""] of text.matchAll(HEX)) {
    hits.push({ id: Buffer.from(code, "hex").toString("latin1"), form: "hexadecimal" });
  }
  for (const [, wide = ""] of text.matchAll(WIDE)) {
    hits.push({ id: wide.replaceAll("\0", ""), form: "UTF-16" });
  }
  for (const id of base64Ids(text)) hits.push({ id, form: "base64" });
  for (const sample of exact) {
    const found = exactForms(sample).find(([, needle]) => bytes.includes(needle));
    if (found !== undefined) hits.push({ id: sample.id, form: found[0] });
  }
  const unique = new Map(hits.map((hit) => [`${hit.id.toLowerCase()} ${hit.form}`, hit]));
  return [...unique.values()].map(({ id, form }) => ({ id: id.toLowerCase(), form }));
};

const RUN = /[\w-]{44,}/g;
const TOKEN = /lmg_[\w-]{40}/;
const TOKEN_AT_AN_END = /^lmg_[\w-]{40}|lmg_[\w-]{43}$/;
/** What stands before that which is sealed, and how much of it there is at most. */
const SEALED = /v1\.[\w-]+\.$/;
const SEALED_LEAD = 48;
/** Nothing but what is sealed is so long without another character. */
const LONG = 300;

/**
 * Whether these bytes hold an access token of the gateway, also one that the run never saw, such as
 * one that a bridge was given. Of what is sealed every sixteen millionth character begins something
 * that looks like one: there it is looked for where another value ends or begins.
 */
export const holdsAccessToken = (bytes: Buffer): boolean => {
  const text = bytes.toString("latin1");
  return [...text.matchAll(RUN)].some(({ 0: run, index }) => {
    const before = text.slice(Math.max(0, index - SEALED_LEAD), index);
    const isSealed = run.length >= LONG || SEALED.test(before);
    return (isSealed ? TOKEN_AT_AN_END : TOKEN).test(run);
  });
};
