/**
 * The parameters of the Bearer challenge in `WWW-Authenticate` (RFC 9110, 11.6.1; RFC 6750, 3), with
 * `resource_metadata` (RFC 9728, 5.1) among them; names in lower case. Of several such challenges the
 * first that has any; of a parameter that is there twice the first. Whatever cannot be read is passed
 * over.
 *
 * @param lines each header of this name, as it came
 */
export function bearerChallenge(lines: readonly string[]): Record<string, string> {
  const challenges = lines.flatMap((line) => challengesIn(line));
  const found = challenges.find(({ scheme, params }) => scheme === "bearer" && params.size > 0);
  return Object.fromEntries(found?.params ?? []);
}

interface Challenge {
  scheme: string;
  params: Map<string, string>;
}

const SPACE = /[ \t]/;
const BETWEEN = /[ \t,=]/;
/** What ends a word: a scheme, a name, a value without quotes, or a token68. */
const END_OF_WORD = /[ \t,="]/;
const END_OF_VALUE = /[ \t,"]/;

/**
 * Commas stand between challenges as well as between parameters, and some servers leave them out: a
 * word with “=” behind it is the name of a parameter, any other one begins a challenge. Each sign is
 * looked at a fixed number of times.
 */
function challengesIn(line: string): Challenge[] {
  const challenges: Challenge[] = [];
  const reader = new Reader(line);
  while (!reader.isDone) {
    reader.while((sign) => BETWEEN.test(sign));
    // It is nobody's value.
    if (reader.next === '"') reader.quoted();
    const word = reader.while((sign) => !END_OF_WORD.test(sign)).toLowerCase();
    reader.while((sign) => SPACE.test(sign));
    const current = challenges.at(-1);
    if (word === "") continue;
    if (reader.next !== "=") challenges.push({ scheme: word, params: new Map() });
    else {
      const value = readValue(reader);
      if (value && current && !current.params.has(word)) current.params.set(word, value);
    }
  }
  return challenges;
}

/** From “=” on. Null where there is none, such as behind a token68, or where it has no end. */
function readValue(reader: Reader): string | null {
  reader.skip();
  reader.while((sign) => SPACE.test(sign));
  return reader.next === '"'
    ? reader.quoted()
    : reader.while((sign) => !END_OF_VALUE.test(sign)).replace(/^=+/, "");
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isDone(): boolean {
    return this.#at >= this.#text.length;
  }

  get next(): string | undefined {
    return this.#text[this.#at];
  }

  skip(): void {
    this.#at += 1;
  }

  while(isWanted: (sign: string) => boolean): string {
    const from = this.#at;
    while (this.next !== undefined && isWanted(this.next)) this.skip();
    return this.#text.slice(from, this.#at);
  }

  /** A quoted string with its escapes resolved (RFC 9110, 5.6.4); null without a closing quote. */
  quoted(): string | null {
    const signs: string[] = [];
    for (this.skip(); this.next !== undefined; this.skip()) {
      if (this.next === '"') {
        this.skip();
        return signs.join("");
      }
      if (this.next === "\\") this.skip();
      signs.push(this.next ?? "");
    }
    return null;
  }
}
