import { GatewayError, type PromptArgument, type PromptPreview } from "@local-mcp/contract";
import type { Sandbox, TemplateError } from "../sandbox/sandbox.ts";

/** What a template says itself, so that no argument can be called so. */
const WORDS: ReadonlySet<string> = new Set(
  (
    "true false none True False None range namespace raise_exception loop caller varargs kwargs " +
    "and or not in is if else __proto__"
  ).split(" "),
);

/** `Line 3: There is no filter “x”.` */
export const placed = ({ line, message }: TemplateError): string =>
  line === null ? message : `Line ${line}: ${message}`;

/**
 * The arguments of a template, once it can be kept: it can be read, and what it reads it gets.
 *
 * @param wanted absent: what it reads, each required
 * @throws GatewayError validation_failed, and what the sandbox throws
 */
export async function checkedArguments(
  sandbox: Sandbox,
  template: string,
  wanted: PromptArgument[] | undefined,
): Promise<PromptArgument[]> {
  const outcome = await sandbox.variables(template);
  if ("error" in outcome) throw refusal(`template: ${placed(outcome.error)}`);
  const read = outcome.variables;
  if (wanted === undefined) return read.map((name) => ({ name, required: true }));
  const index = wanted.findIndex(({ name }) => WORDS.has(name));
  if (index !== -1) {
    const name = wanted[index]?.name;
    throw refusal(
      `arguments.${index}.name: “${name}” is a word of templates; choose another name.`,
    );
  }
  const missing = read.find((name) => !wanted.some((argument) => argument.name === name));
  if (missing === undefined) return wanted;
  throw refusal(`template: It reads “${missing}”, which is not among the arguments.`);
}

const refusal = (detail: string): GatewayError => new GatewayError("validation_failed", { detail });

/** What a template comes to with sample values, or what is wrong with it. */
export async function previewOf(
  sandbox: Sandbox,
  template: string,
  values: Readonly<Record<string, string>>,
): Promise<PromptPreview> {
  const nothing: PromptPreview = { messages: [], variables: [], error: null };
  try {
    const read = await sandbox.variables(template);
    if ("error" in read) return { ...nothing, error: read.error };
    const { variables } = read;
    const rendered = await sandbox.render(template, values);
    return { ...nothing, variables, ...rendered };
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return { ...nothing, error: { line: null, message: error.message } };
  }
}

/**
 * The values that a client gives for the arguments of a prompt: each that has to be there, and none
 * that there is not.
 *
 * @throws GatewayError prompt_refused, which names each that is wrong
 */
export function givenValues(
  prompt: string,
  declared: readonly PromptArgument[],
  given: Readonly<Record<string, unknown>>,
): Record<string, string> {
  const values: [string, string][] = [];
  const problems = declared
    .filter(({ name, required }) => required === true && !Object.hasOwn(given, name))
    .map(({ name }) => `“${name}” is missing.`);
  for (const [name, value] of Object.entries(given)) {
    const told = name.slice(0, 100);
    if (!declared.some((argument) => argument.name === name)) {
      problems.push(`“${told}” is none of its arguments.`);
    } else if (typeof value !== "string") problems.push(`“${told}” has to be text.`);
    else values.push([name, value]);
  }
  if (problems.length === 0) return Object.fromEntries(values);
  const detail = problems.slice(0, MOST_TOLD).join(" ");
  throw new GatewayError("prompt_refused", { prompt, detail });
}

const MOST_TOLD = 10;
