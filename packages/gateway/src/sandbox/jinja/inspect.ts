import { Environment } from "@huggingface/jinja";
import { TemplateFault } from "./pieces.ts";
import { isStackFull, type Program, TOO_DEEP } from "./program.ts";
import { FILTERS, GLOBALS } from "./words.ts";

interface Node {
  type: string;
  [field: string]: unknown;
}

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";

/** They lead out of plain data elsewhere; here they lead nowhere, and nobody means it well. */
const FORBIDDEN = new Set(["__proto__", "constructor", "prototype"]);

/** Names that are set at a place: there, and in what is around it. */
class Scope {
  readonly #names = new Set<string>();
  readonly #around: Scope | null;

  constructor(around: Scope | null, names: Iterable<string> = []) {
    this.#around = around;
    for (const name of names) this.#names.add(name);
  }

  add(name: string): void {
    this.#names.add(name);
  }

  has(name: string): boolean {
    return this.#names.has(name) || (this.#around?.has(name) ?? false);
  }
}

/**
 * What a template reads and does not set itself, in the order in which it does.
 *
 * @throws TemplateFault where it uses a filter or test that there is none of, or reaches for what is
 *   no data
 */
export function inspect(program: Program): string[] {
  const inspection = new Inspection();
  try {
    inspection.visit(program.body, new Scope(null, GLOBALS));
  } catch (error) {
    throw isStackFull(error) ? new TemplateFault(null, TOO_DEEP) : error;
  }
  return [...inspection.variables];
}

class Inspection {
  readonly variables = new Set<string>();
  readonly #tests = new Environment().tests;
  #line: number | null = null;

  visit(value: unknown, scope: Scope): void {
    if (Array.isArray(value)) {
      for (const one of value) this.visit(one, scope);
    } else if (value instanceof Map) {
      this.visit([...value].flat(), scope);
    } else if (isNode(value)) {
      this.#node(value, scope);
    }
  }

  #node(node: Node, scope: Scope): void {
    switch (node.type) {
      case "Comment":
        this.#line = Number(node["value"]);
        return;
      case "Identifier":
        this.#read(String(node["value"]), scope);
        return;
      case "For":
        this.#loop(node, scope);
        return;
      case "Set":
        this.visit(node["value"], scope);
        this.visit(node["body"], new Scope(scope));
        this.#assign(node["assignee"], scope);
        return;
      case "Macro":
        this.#assign(node["name"], scope);
        this.#callable(node["args"], node["body"], new Scope(scope, ["caller", ...MACRO_NAMES]));
        return;
      case "CallStatement":
        this.visit(node["call"], scope);
        this.#callable(node["callerArgs"], node["body"], new Scope(scope, MACRO_NAMES));
        return;
      case "FilterExpression":
        this.visit(node["operand"], scope);
        this.#filter(node["filter"], scope);
        return;
      case "FilterStatement":
        this.#filter(node["filter"], scope);
        this.visit(node["body"], scope);
        return;
      case "TestExpression":
        this.visit(node["operand"], scope);
        this.#test(node["test"]);
        return;
      case "MemberExpression":
        this.visit(node["object"], scope);
        this.#member(node["property"], node["computed"] === true, scope);
        return;
      case "KeywordArgumentExpression":
        this.visit(node["value"], scope);
        return;
      default:
        for (const [field, value] of Object.entries(node)) {
          if (field !== "operator") this.visit(value, scope);
        }
    }
  }

  #read(name: string, scope: Scope): void {
    if (name === "__proto__") this.#refuse(name);
    if (!scope.has(name)) this.variables.add(name);
  }

  #loop(node: Node, scope: Scope): void {
    const inside = new Scope(scope);
    const { iterable } = node;
    const isSelect = isNode(iterable) && iterable.type === "SelectExpression";
    this.visit(isSelect ? iterable["lhs"] : iterable, scope);
    this.#assign(node["loopvar"], inside);
    if (isSelect) this.visit(iterable["test"], inside);
    inside.add("loop");
    this.visit(node["body"], inside);
    this.visit(node["defaultBlock"], scope);
  }

  #callable(parameters: unknown, body: unknown, inside: Scope): void {
    for (const parameter of Array.isArray(parameters) ? parameters : []) {
      if (!isNode(parameter)) continue;
      if (parameter.type === "KeywordArgumentExpression") {
        this.visit(parameter["value"], inside);
        this.#assign(parameter["key"], inside);
      } else this.#assign(parameter, inside);
    }
    this.visit(body, inside);
  }

  /** A name, several of them, or a field of a namespace. */
  #assign(target: unknown, scope: Scope): void {
    if (!isNode(target)) return;
    if (target.type === "Identifier") {
      const name = String(target["value"]);
      if (name === "__proto__") this.#refuse(name);
      scope.add(name);
    } else if (target.type === "TupleLiteral" && Array.isArray(target["value"])) {
      for (const one of target["value"]) this.#assign(one, scope);
    } else this.visit(target, scope);
  }

  #filter(filter: unknown, scope: Scope): void {
    if (!isNode(filter)) return;
    const isCall = filter.type === "CallExpression";
    const named = isCall ? filter["callee"] : filter;
    if (isCall) this.visit(filter["args"], scope);
    const name = isNode(named) ? String(named["value"]) : "";
    if (!FILTERS.has(name)) throw new TemplateFault(this.#line, `There is no filter “${name}”.`);
  }

  #test(test: unknown): void {
    const name = isNode(test) ? String(test["value"]) : "";
    if (!this.#tests.has(name)) {
      throw new TemplateFault(this.#line, `There is no test “is ${name}”.`);
    }
  }

  #member(property: unknown, isComputed: boolean, scope: Scope): void {
    const name = isNode(property) && typeof property["value"] === "string" ? property["value"] : "";
    const isName = isNode(property) && property.type !== "Identifier" ? isComputed : !isComputed;
    if (isName && FORBIDDEN.has(name)) this.#refuse(name);
    if (isComputed) this.visit(property, scope);
  }

  #refuse(name: string): never {
    throw new TemplateFault(this.#line, `“${name}” is nothing that a template can read.`);
  }
}

/** What a macro, or the body of a call, has besides its parameters. */
const MACRO_NAMES = ["varargs", "kwargs"];
