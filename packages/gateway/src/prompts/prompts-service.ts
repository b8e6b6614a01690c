import {
  GatewayError,
  hasTags,
  type PromptArgument,
  type PromptCreate,
  type PromptPreview,
  type PromptUpdate,
  type PromptView,
  type TagFilter,
} from "@local-mcp/contract";
import type { PromptRow } from "@local-mcp/database";
import type { JsonObject } from "@local-mcp/engine";
import { z } from "zod";
import { inOrder, join, slugsWith } from "../local/memberships.ts";
import { known, named } from "../local/named.ts";
import { OneByOne } from "../one-by-one.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import type { Stores } from "../stores.ts";
import { checkedArguments, givenValues, placed, previewOf } from "./prompt-template.ts";

export interface PromptsServiceOptions {
  stores: Stores;
  sandbox: Sandbox;
  /** Called after each change of what is configured. */
  onChange: () => void;
}

/** Templates that the gateway offers as prompts of its own. */
export class PromptsService {
  readonly #options: PromptsServiceOptions;
  /** What one change has checked, no other may have changed meanwhile. */
  readonly #changes = new OneByOne();

  constructor(options: PromptsServiceOptions) {
    this.#options = options;
  }

  list(filter?: TagFilter): PromptView[] {
    return this.#options.stores.prompts
      .list()
      .filter(({ tags }) => hasTags(tags, filter))
      .map((row) => this.#view(row));
  }

  /** By name or id. @throws GatewayError local_not_found */
  get(prompt: string): PromptView {
    return this.#view(this.find(prompt));
  }

  /** By name or id. @throws GatewayError local_not_found */
  find(prompt: string): PromptRow {
    return known(named(this.#options.stores).prompt(prompt), "prompt", prompt);
  }

  /** @throws GatewayError validation_failed, name_taken, profile_not_found, and of the sandbox */
  async create({ profiles, ...wanted }: PromptCreate): Promise<PromptView> {
    const { stores, sandbox, onChange } = this.#options;
    const args = await checkedArguments(sandbox, wanted.template, wanted.arguments);
    const made = stores.db.transaction(() => {
      const row = stores.prompts.insert({ ...wanted, arguments: args });
      join(stores, stores.prompts, row.id, profiles);
      return row;
    });
    onChange();
    return this.#view(made);
  }

  /** @throws GatewayError local_not_found, validation_failed, name_taken, and of the sandbox */
  update(prompt: string, changes: PromptUpdate): Promise<PromptView> {
    return this.#changes.run(() => this.#update(prompt, changes));
  }

  async #update(prompt: string, changes: PromptUpdate): Promise<PromptView> {
    const { stores, sandbox, onChange } = this.#options;
    const before = this.find(prompt);
    if (changes.template !== undefined || changes.arguments !== undefined) {
      const template = changes.template ?? before.template;
      await checkedArguments(sandbox, template, changes.arguments ?? before.arguments);
    }
    const after = stores.db.transaction(() => {
      const row = stores.prompts.update(before.id, changes);
      if (row && row.name !== before.name) stores.prompts.forgetNames(row.id);
      return row;
    });
    if (!after) throw notFound(prompt);
    onChange();
    return this.#view(after);
  }

  /** @throws GatewayError local_not_found */
  remove(prompt: string): void {
    this.#options.stores.prompts.delete(this.find(prompt).id);
    this.#options.onChange();
  }

  preview(draft: { template: string; values: Record<string, string> }): Promise<PromptPreview> {
    return previewOf(this.#options.sandbox, draft.template, draft.values);
  }

  /** What each profile has of them, as prompts/list shows it; read once for all. */
  offered(): (profileId: string) => JsonObject[] {
    const { prompts } = this.#options.stores;
    const enabled = prompts.list().filter((row) => row.enabled);
    const all = new Map(enabled.map((row) => [row.id, definitionOf(row)]));
    return (profileId) => inOrder(prompts.idsIn(profileId), all);
  }

  /** The others that could be offered, in the same form. */
  absentFrom(profileId: string): JsonObject[] {
    const { prompts } = this.#options.stores;
    const present = new Set(prompts.idsIn(profileId));
    return prompts
      .list()
      .filter(({ id, enabled }) => enabled && !present.has(id))
      .map(definitionOf);
  }

  /**
   * The result of prompts/get.
   *
   * @throws GatewayError local_not_found, prompt_refused, prompt_failed, and of the sandbox
   */
  async render(params: JsonObject, signal: AbortSignal): Promise<JsonObject> {
    const row = this.find(typeof params.name === "string" ? params.name : "");
    if (!row.enabled) throw notFound(row.name);
    const given = givenArguments.safeParse(params.arguments ?? {});
    if (!given.success) {
      const detail = "“arguments” has to be an object.";
      throw new GatewayError("prompt_refused", { prompt: row.name, detail });
    }
    const values = givenValues(row.name, row.arguments, given.data);
    const messages = await this.#messages(row, values, signal);
    return {
      ...(row.description !== "" && { description: row.description }),
      messages: messages.map(({ role, text }) => ({ role, content: { type: "text", text } })),
    };
  }

  /** What can be suggested for an argument (completion/complete); all of it. */
  complete(params: JsonObject): string[] {
    const asked = completion.safeParse(params);
    if (!asked.success) return [];
    const { ref, argument } = asked.data;
    const row = this.#options.stores.prompts.getByName(ref.name);
    const { values = [] } = row?.arguments.find(({ name }) => name === argument.name) ?? {};
    const begin = argument.value.toLowerCase();
    return values.filter((value) => value.toLowerCase().startsWith(begin));
  }

  async #messages(
    { name, template }: PromptRow,
    values: Record<string, string>,
    signal: AbortSignal,
  ) {
    const rendered = await this.#options.sandbox
      .render(template, values, signal)
      .catch((error: unknown) => {
        // Who asks knows the prompt, and not that it has a template.
        if (!(error instanceof GatewayError)) throw error;
        throw new GatewayError(error.code, { ...error.params, what: `The prompt “${name}”` });
      });
    if ("messages" in rendered) return rendered.messages;
    throw new GatewayError("prompt_failed", { prompt: name, detail: placed(rendered.error) });
  }

  #view(row: PromptRow): PromptView {
    return {
      id: row.id,
      name: row.name,
      title: row.title,
      description: row.description,
      template: row.template,
      arguments: row.arguments,
      tags: row.tags,
      enabled: row.enabled,
      profiles: slugsWith(this.#options.stores.prompts, row.id),
      // A template that cannot be read is not kept.
      problem: null,
      createdAt: row.createdAt,
      updatedAt: row.updatedAt,
    };
  }
}

const notFound = (prompt: string): GatewayError =>
  new GatewayError("local_not_found", { kind: "prompt", name: prompt.slice(0, 200) });

const givenArguments = z.record(z.string(), z.unknown());

/** MCP 2025-11-25, completion/complete, for an argument of a prompt. */
const completion = z.object({
  ref: z.object({ type: z.literal("ref/prompt"), name: z.string() }),
  argument: z.object({ name: z.string(), value: z.string() }),
});

/** As MCP has it: what is suggested for an argument is asked for by itself. */
const definitionOf = (row: PromptRow): JsonObject => ({
  name: row.name,
  ...(row.title !== null && { title: row.title }),
  ...(row.description !== "" && { description: row.description }),
  arguments: row.arguments.map(argumentOf),
});

const argumentOf = ({ name, title, description, required }: PromptArgument): JsonObject => ({
  name,
  ...(title !== undefined && { title }),
  ...(description !== undefined && { description }),
  required: required === true,
});
