import type { ToolCreate } from "@local-mcp/contract";
import type { JsonObject } from "@local-mcp/engine";
import { freeName, type JsonSchema, type SchemaWriter } from "./schemas.ts";
import { Unfit } from "./unfit.ts";

export interface Argument {
  /** What the API calls it. */
  name: string;
  in: "path" | "query" | "header" | "body";
  schema: JsonSchema;
  required: boolean;
}

/** More than this no model fills in. */
const MOST_ARGUMENTS = 500;
/** Longer names are refused by models. */
const MOST_CHARACTERS = 64;
const MOST_API_CHARACTERS = 256;

/** What a tool is called with, under names that models take, and where each of it goes. */
export class ArgumentList {
  readonly #all = new Map<string, Argument>();

  /** What those of the path are called, by the names that stand in it. */
  pathNames(): Map<string, string> {
    const inPath = [...this.#all].filter(([, argument]) => argument.in === "path");
    return new Map(inPath.map(([name, argument]) => [argument.name, name]));
  }

  /**
   * Adds one; where its name is taken, with its place in front of it. What two places describe is what
   * the first one says.
   *
   * @returns what it is called
   * @throws Unfit
   */
  add(argument: Argument): string {
    const known = [...this.#all].find(([, one]) => placeOf(one) === placeOf(argument));
    if (known !== undefined) return known[0];
    if (argument.name.length > MOST_API_CHARACTERS) throw new Unfit("A name in it is too long.");
    if (this.#all.size === MOST_ARGUMENTS) {
      throw new Unfit(`It takes more than ${MOST_ARGUMENTS} arguments.`);
    }
    const plain = fit(argument.name);
    const name = this.#all.has(plain)
      ? freeName(`${argument.in}_${plain}`.slice(0, MOST_CHARACTERS), this.#all)
      : plain;
    this.#all.set(name, argument);
    return name;
  }

  /** The same without those that are always sent with the same value. */
  without(isFixed: (argument: Argument) => boolean): ArgumentList {
    const kept = new ArgumentList();
    for (const [name, argument] of this.#all) {
      if (!isFixed(argument)) kept.#all.set(name, argument);
    }
    return kept;
  }

  /** Where they go. Those of the path stand in it. */
  places(): ToolCreate["arguments"] {
    return Object.fromEntries(
      [...this.#all].flatMap(([name, argument]) => {
        if (argument.in === "path") return [];
        const place = argument.name === name ? {} : { name: argument.name };
        return [[name, { in: argument.in, ...place }]];
      }),
    );
  }

  /** What they have to be. @throws Unfit */
  schema(writer: SchemaWriter): JsonObject & { type: "object" } {
    const all = [...this.#all];
    const required = all.filter(([, argument]) => argument.required).map(([name]) => name);
    return {
      type: "object",
      properties: Object.fromEntries(all.map(([name, { schema }]) => [name, schema])),
      ...(required.length === 0 ? {} : { required }),
      ...writer.definitions(),
    };
  }
}

const placeOf = ({ in: place, name }: Argument): string =>
  `${place} ${place === "header" ? name.toLowerCase() : name}`;

function fit(name: string): string {
  const kept = name.replace(/[^A-Za-z0-9_.-]+/g, "_").slice(0, MOST_CHARACTERS);
  const worn = kept.replace(/^[_.-]+|[_.-]+$/g, "");
  // “filter[name]” is “filter_name”; what was no more than a sign or two is kept from being nothing.
  return kept === name && name !== "__proto__" ? name : worn || "argument";
}
