import { Environment, Interpreter } from "@huggingface/jinja";
import { TooBig, withinItems } from "../limits.ts";
import { TemplateFault } from "./pieces.ts";
import { GLOBALS } from "./words.ts";
import { isStackFull, type Program, TOO_DEEP } from "./program.ts";

type Value = ReturnType<Interpreter["evaluate"]>;
type Statement = Parameters<Interpreter["evaluate"]>[0];

/** Of what is rendered, and of each text on the way to it, UTF-16 units. */
const MOST_RENDERED = 1024 * 1024;

/** What `range` makes. */
const MOST_NUMBERS = 100_000;

class TooLong extends Error {}

/** Knows at which line it is, and lets no value get too big. */
class Tracing extends Interpreter {
  line: number | null = null;

  override evaluate(statement: Statement, environment: Environment): Value {
    if (statement?.type === "Comment") {
      this.line = Number(Reflect.get(statement, "value"));
    }
    const { line } = this;
    // The first of an empty list is nothing at all to the library, which then stumbles over it.
    const value = super.evaluate(statement, environment) ?? super.evaluate(undefined, environment);
    // A macro has lines of its own.
    if (statement?.type === "CallExpression") this.line = line;
    if (typeof value.value === "string" && value.value.length > MOST_RENDERED) throw new TooLong();
    if (Array.isArray(value.value)) withinItems(value.value.length);
    return value;
  }
}

/**
 * What a program comes to with these values.
 *
 * @throws TemplateFault
 */
export function interpret(
  program: Program,
  values: readonly (readonly [name: string, value: string])[],
): string {
  const environment = new Environment();
  const globals = { true: true, True: true, false: false, False: false, none: null, None: null };
  for (const [name, value] of Object.entries(globals)) environment.set(name, value);
  environment.set("range", range);
  environment.set("raise_exception", (message: unknown) => {
    throw new Raised(String(message));
  });
  for (const [name, value] of values) {
    if (GLOBALS.includes(name)) {
      throw new TemplateFault(
        null,
        `“${name}” is a word of templates; no value can have its name.`,
      );
    }
    environment.set(name, value);
  }
  const interpreter = new Tracing(environment);
  try {
    return interpreter.run(program).toString();
  } catch (error) {
    if (error instanceof TooBig) throw error;
    throw new TemplateFault(interpreter.line, sentenceOf(error));
  }
}

/** What the template itself says is wrong. */
class Raised extends Error {}

function sentenceOf(error: unknown): string {
  if (error instanceof TooLong || isTooLong(error)) {
    return "It comes to more than 1 MiB of text.";
  }
  if (isStackFull(error)) return TOO_DEEP;
  if (!(error instanceof Error)) return "It cannot be rendered.";
  const said = plain(error.message.slice(0, 300));
  return /[.!?]$/.test(said) ? said : `${said}.`;
}

/** V8 has a length that no text exceeds. */
const isTooLong = (error: unknown): boolean =>
  error instanceof RangeError && error.message.includes("string length");

/** `StringValue` → `String`. */
const plain = (message: string): string => message.replaceAll(/\b([A-Z]\w+)Value\b/g, "$1");

const isNumber = (value: unknown): value is number => typeof value === "number";

/** As Python's, and no longer than a template has use for. */
function range(...bounds: unknown[]): number[] {
  const numbers = bounds.filter(isNumber);
  const [first = 0, second, step = 1] = numbers;
  if (numbers.length !== bounds.length || numbers.length === 0 || numbers.length > 3) {
    throw new Error("range() takes one to three numbers");
  }
  if (step === 0) throw new Error("range() needs a step other than 0");
  const [start, stop] = second === undefined ? [0, first] : [first, second];
  const length = Math.max(0, Math.ceil((stop - start) / step));
  if (length > MOST_NUMBERS) throw new Error(`range() makes ${MOST_NUMBERS} numbers at most`);
  return Array.from({ length }, (_, index) => start + index * step);
}
