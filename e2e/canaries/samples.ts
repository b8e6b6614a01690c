import { randomBytes } from "node:crypto";

/**
 * What every sample holds, followed by its own id. Lower-case letters and digits: no escaping of any
 * kind changes it, and one search finds all samples.
 */
export const MARKER = "zqcnry7";
export const ID_LENGTH = 6;

/** A secret of the run. */
export interface Sample {
  id: string;
  value: string;
  shape: string;
  /** Too short for the marker, so that its very value is looked for. */
  exact: boolean;
}

/** Base36, so that every byte of it is a letter or digit. */
const noise = (length: number): string =>
  Array.from(randomBytes(length), (byte) => (byte % 36).toString(36)).join("");

const pem = (core: string): string =>
  [
    "-----BEGIN PRIVATE KEY-----",
    `${core}${noise(40)}`,
    noise(64),
    "-----END PRIVATE KEY-----",
  ].join("\n");

const jwt = (core: string): string => {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "HS256", typ: "JWT" })}.${part({ sub: core, iat: 1 })}.${noise(43)}`;
};

/** What secrets look like, by name; each gets the text that tells it from all others. */
const SHAPES = {
  random: (core) => `${core}${noise(19)}`,
  "random, core last": (core) => `${noise(19)}${core}`,
  "random, base64 of it": (core) => Buffer.from(`${core}:${noise(9)}`).toString("base64"),
  "github token": (core) => `ghp_${core}${noise(23)}`,
  "fine-grained token": (core) => `github_pat_${noise(12)}_${core}${noise(40)}`,
  "api key": (core) => `sk-proj-${noise(12)}${core}${noise(20)}`,
  "chat token": (core) => `xoxb-${noise(11)}-${core}`,
  "forge token": (core) => `glpat-${core}${noise(7)}`,
  "signed token": jwt,
  hexadecimal: (core) => Buffer.from(core).toString("hex"),
  "in a URL": (core) => `postgres://ada:${core}@db.example/orders?sslmode=require`,
  quotes: (core) => `it's "${core}" \\ \`${noise(5)}\` $HOME`,
  percent: (core) => `p%C3%A4ss%20${core}%2F+${noise(5)}%`,
  unicode: (core) => `geheim🔑${core}é☃${noise(4)}`,
  lines: (core) => `first line of it\r\n${core}${noise(10)}\nand ${noise(8)} the last`,
  "private key": pem,
  "several KB": (core) => `${core}${noise(1500)}${core}${noise(1500)}${core}`,
  words: (core) => `correct horse ${core} battery staple`,
} as const satisfies Record<string, (core: string) => string>;
type Shape = keyof typeof SHAPES;

/** As many samples in a row have every shape among them, unless one is too short for any. */
export const SHAPE_COUNT = Object.keys(SHAPES).length + 1;

/** Of so many samples one has six characters only. */
const ONE_SHORT_IN = 50;

/** No line break, and nothing beyond ASCII: what a header takes, and a URL in its query. */
const isPlainLine = (value: string): boolean => /^[\x20-\x7e]+$/.test(value);

/** Where a sample has to fit in. */
export type Fit = "any" | "brief" | "line" | "query";

const FITS: Record<Fit, (value: string) => boolean> = {
  any: () => true,
  brief: (value) => value.length <= 1000,
  line: isPlainLine,
  query: (value) => isPlainLine(value) && !/[\s#&@:/?"'`\\]/.test(value),
};

/** Makes the samples of a run, and knows them by their ids. */
export class Samples {
  readonly #byId = new Map<string, Sample>();
  readonly #plants = new Map<string, string>();
  readonly #shapes = Object.keys(SHAPES).filter((name): name is Shape => name in SHAPES);
  #made = 0;

  get size(): number {
    return this.#byId.size;
  }

  /** All that have to be looked for by their very value. */
  get exact(): Sample[] {
    return [...this.#byId.values()].filter(({ exact }) => exact);
  }

  /** Says what has become of some of them, for whoever finds one. */
  planted(plant: string, samples: readonly Sample[]): void {
    for (const { id } of samples) this.#plants.set(id, plant);
  }

  plantOf(id: string): string {
    return this.#plants.get(id) ?? "not planted";
  }

  get(id: string): Sample | undefined {
    return this.#byId.get(id);
  }

  /** So many secrets of all shapes that fit. */
  take(count: number, fit: Fit = "any"): Sample[] {
    return Array.from({ length: count }, () => this.next(fit));
  }

  next(fit: Fit = "any"): Sample {
    for (;;) {
      this.#made += 1;
      const id = this.#made.toString(36).padStart(ID_LENGTH, "0");
      const sample =
        this.#made % ONE_SHORT_IN === 0
          ? {
              id,
              shape: "six characters",
              value: `${noise(2)}~${noise(1)}^${noise(1)}`,
              exact: true,
            }
          : this.#shaped(id);
      if (!FITS[fit](sample.value)) continue;
      this.#byId.set(id, sample);
      return sample;
    }
  }

  /** A value of nothing but the marker and an id, which looks like no secret. */
  word(): Sample {
    const sample = { ...this.next("query"), exact: false };
    const word = { ...sample, shape: "word", value: `${MARKER}${sample.id}` };
    this.#byId.set(word.id, word);
    return word;
  }

  /** A secret that was made elsewhere, such as an access token. */
  adopt(value: string, shape: string): Sample {
    this.#made += 1;
    const id = this.#made.toString(36).padStart(ID_LENGTH, "0");
    const sample = { id, value, shape, exact: true };
    this.#byId.set(id, sample);
    return sample;
  }

  #shaped(id: string): Sample {
    const shape = this.#shapes[this.#made % this.#shapes.length] ?? "random";
    return { id, shape, value: SHAPES[shape](`${MARKER}${id}`), exact: false };
  }
}
