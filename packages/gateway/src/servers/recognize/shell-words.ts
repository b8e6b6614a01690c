import { GatewayError } from "@local-mcp/contract";

/** One command of a pasted text. */
export interface ShellCommand {
  words: string[];
  /** Whether it has something that only a shell could carry out, such as a pipe. */
  needsShell: boolean;
}

/** What terminals and documents print before a command. */
const PROMPT = /^[ \t]*(?:[$%>❯]|PS [^>\n]*>|[A-Z]:\\[^>\n]*>)[ \t]+/gm;
const TYPOGRAPHIC: Readonly<Record<string, string>> = { "“": '"', "”": '"', "‘": "'", "’": "'" };
const VARIABLE = /\$(?:\{([A-Za-z_]\w*)\}|(?!env:)([A-Za-z_]\w*))/y;
/** Where a document leaves a place to be filled in, it is no redirection. */
const PLACE = /<[A-Za-z][\w .-]*>/y;
const WINDOWS_PATH = /^(?:[A-Za-z]:|\.{1,2}$|\.{0,2}\\)/;
/** A sign that joins its line with the next one, with nothing but space after it. */
const CONTINUED = /[\\`^][ \t]*\n/y;

/**
 * Splits a text into commands and their words as a shell would, without carrying anything out:
 * quotes, line continuations of sh, PowerShell and cmd, comments, `&&` and `;`. A variable stays in
 * its place as `${NAME}`.
 *
 * @throws GatewayError validation_failed where a quote is not closed; it quotes nothing of the text
 */
export function splitCommands(text: string): ShellCommand[] {
  return new Splitter(text.replace(PROMPT, "").replace(/\r\n?/g, "\n")).split();
}

class Splitter {
  readonly #text: string;
  #at = 0;
  /** Its signs one by one. Null between two words, since an empty word in quotes is one too. */
  #word: string[] | null = null;
  #command: ShellCommand = { words: [], needsShell: false };
  readonly #commands: ShellCommand[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  split(): ShellCommand[] {
    while (this.#at < this.#text.length) this.#step();
    this.#endCommand();
    return this.#commands;
  }

  #step(): void {
    const sign = this.#text[this.#at] ?? "";
    const next = this.#text[this.#at + 1] ?? "";
    const quote = TYPOGRAPHIC[sign] ?? sign;
    CONTINUED.lastIndex = this.#at;
    PLACE.lastIndex = this.#at;
    if (CONTINUED.test(this.#text)) this.#at = CONTINUED.lastIndex;
    else if (PLACE.test(this.#text)) this.#addUntil(PLACE.lastIndex);
    else if (quote === '"') this.#doubleQuoted();
    else if (quote === "'") this.#singleQuoted();
    else if (sign === "\\") this.#escape(next);
    else if (sign === "$") this.#dollar();
    else if (sign === "#" && this.#word === null) this.#at = this.#endOfLine();
    else if (sign === "\n" || sign === ";") this.#endCommand();
    else if (/\s/.test(sign)) this.#endWord();
    else if ((sign === "&" || sign === "|") && next === sign) {
      this.#endCommand();
      this.#at += 1;
    } else if (/[|<>`]/.test(sign) || (sign === "&" && this.#word === null)) {
      this.#command.needsShell = true;
      this.#at += 1;
    } else this.#add(sign);
  }

  /** A backslash of a Windows path is a part of it. */
  #escape(next: string): void {
    if (WINDOWS_PATH.test(this.#word?.slice(0, 3).join("") ?? "")) return this.#add("\\");
    this.#add(next);
    this.#at += 1;
  }

  #doubleQuoted(): void {
    this.#quoted('"', (sign) => {
      const next = this.#text[this.#at + 1] ?? "";
      if (sign === "\\" && /["\\$`\n]/.test(next)) {
        this.#at += 1;
        this.#add(next === "\n" ? "" : next);
      } else if (sign === "$") this.#dollar();
      else this.#add(sign);
    });
  }

  #singleQuoted(): void {
    this.#quoted("'", (sign) => this.#add(sign));
  }

  /** Takes what stands up to the closing quote; `take` may go on itself, but not past it. */
  #quoted(quote: string, take: (sign: string) => void): void {
    const start = this.#at;
    this.#word ??= [];
    this.#at += 1;
    for (;;) {
      const sign = this.#text[this.#at];
      if (sign === undefined) throw this.#unclosed(start);
      if ((TYPOGRAPHIC[sign] ?? sign) === quote) break;
      take(sign);
    }
    this.#at += 1;
  }

  #dollar(): void {
    if (this.#text[this.#at + 1] === "(") this.#command.needsShell = true;
    VARIABLE.lastIndex = this.#at;
    const found = VARIABLE.exec(this.#text);
    if (!found) return this.#add("$");
    this.#word ??= [];
    this.#word.push(`\${${found[1] ?? found[2]}}`);
    this.#at += found[0].length;
  }

  #add(sign: string): void {
    this.#word ??= [];
    this.#word.push(sign);
    this.#at += 1;
  }

  #addUntil(end: number): void {
    while (this.#at < end) this.#add(this.#text[this.#at] ?? "");
  }

  #endWord(): void {
    if (this.#word !== null) this.#command.words.push(this.#word.join(""));
    this.#word = null;
    this.#at += 1;
  }

  #endCommand(): void {
    this.#endWord();
    if (this.#command.words.length > 0) this.#commands.push(this.#command);
    this.#command = { words: [], needsShell: false };
  }

  #endOfLine(): number {
    const end = this.#text.indexOf("\n", this.#at);
    return end === -1 ? this.#text.length : end;
  }

  #unclosed(start: number): GatewayError {
    const before = this.#text.slice(0, start).split("\n");
    const place = `line ${before.length}, column ${(before.at(-1) ?? "").length + 1}`;
    return new GatewayError("validation_failed", {
      detail: `The quote that begins in ${place} is not closed.`,
    });
  }
}
