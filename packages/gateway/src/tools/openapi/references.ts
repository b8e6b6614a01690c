import { isObject } from "@local-mcp/engine";
import { Unfit } from "./unfit.ts";

/** More than this one after the other are a circle. */
const MOST_HOPS = 50;

/** What the `$ref`s of a document stand for. Only what is within it is looked up. */
export class References {
  readonly #root: unknown;

  constructor(root: unknown) {
    this.#root = root;
  }

  /** What stands here once every `$ref` in its place is followed. @throws Unfit */
  resolve(value: unknown): unknown {
    let found = value;
    for (let hops = 0; isObject(found) && typeof found.$ref === "string"; hops += 1) {
      if (hops === MOST_HOPS) throw new Unfit(`“${shown(found.$ref)}” refers to itself.`);
      found = this.at(found.$ref);
    }
    return found;
  }

  /** What a reference names (RFC 6901). @throws Unfit where that is nothing, or elsewhere */
  at(reference: string): unknown {
    if (!reference.startsWith("#")) {
      throw new Unfit(`It refers to “${shown(reference)}”, which is outside the document.`);
    }
    let found: unknown = this.#root;
    for (const step of stepsOf(reference)) {
      // Only what was written there: every object has a “constructor”.
      const isObjectOrList = typeof found === "object" && found !== null;
      const member = isObjectOrList ? Object.getOwnPropertyDescriptor(found, step) : undefined;
      if (!member) throw new Unfit(`It refers to “${shown(reference)}”, which is not there.`);
      found = member.value;
    }
    return found;
  }
}

function stepsOf(reference: string): string[] {
  const [, ...steps] = reference.slice(1).split("/");
  return steps.map((step) => decoded(step).replaceAll("~1", "/").replaceAll("~0", "~"));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const shown = (reference: string): string => reference.slice(0, 100);
