import { randomBytes } from "node:crypto";
import type {
  PromptMessage,
  RenderOutcome,
  TemplateError,
  TextOutcome,
  VariablesOutcome,
} from "../messages.ts";
import { inspect } from "./inspect.ts";
import { interpret } from "./interpreter.ts";
import { TemplateFault } from "./pieces.ts";
import { programOf } from "./program.ts";

type Values = readonly (readonly [name: string, value: string])[];

/** A line of its own that begins a message. */
const MARKER = /^# (User|Assistant):[ \t]*$/;

const ROLES: ReadonlyMap<string, PromptMessage["role"]> = new Map([
  ["User", "user"],
  ["Assistant", "assistant"],
]);

const NOT_MARKED = (): null => null;

export const renderText = (template: string, values: Values): TextOutcome =>
  outcomeOf(() => ({ text: rendered(template, values, NOT_MARKED) }));

/**
 * The messages of a prompt. What begins one becomes, before it is rendered, something that nobody can
 * guess: so loops can make messages, and no value can.
 */
export const renderMessages = (template: string, values: Values): RenderOutcome =>
  outcomeOf(() => {
    // Digits stay digits in every filter.
    const secret = BigInt(`0x${randomBytes(16).toString("hex")}`).toString();
    const sentinel = (role: string): string => `\uE000${secret}:${role}\uE001`;
    const ids = new Map([...ROLES.keys()].map((name, id) => [name, sentinel(String(id))]));
    const text = rendered(
      template,
      values,
      (line) => ids.get(MARKER.exec(line)?.[1] ?? "") ?? null,
    );
    const messages = messagesIn(text, `\uE000${secret}:`);
    if (messages.length === 0)
      throw new TemplateFault(null, "It comes to no message: all is empty.");
    return { messages };
  });

const rendered = (
  template: string,
  values: Values,
  mark: (line: string) => string | null,
): string => {
  const program = programOf(template, mark);
  inspect(program);
  return interpret(program, values);
};

function messagesIn(text: string, marker: string): PromptMessage[] {
  const roles = [...ROLES.values()];
  return text
    .split(marker)
    .map((part, index): PromptMessage => {
      if (index === 0) return { role: "user", text: part.trim() };
      return { role: roles[Number(part[0])] ?? "user", text: part.slice(2).trim() };
    })
    .filter((message) => message.text !== "");
}

export const variablesOf = (template: string): VariablesOutcome =>
  outcomeOf(() => ({ variables: inspect(programOf(template, NOT_MARKED)) }));

function outcomeOf<Outcome>(work: () => Outcome): Outcome | { error: TemplateError } {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof TemplateFault)) throw error;
    return { error: { line: error.line, message: error.message } };
  }
}
