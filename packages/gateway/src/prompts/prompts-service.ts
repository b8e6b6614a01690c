import {
  GatewayError,
  type PromptCreate,
  type PromptPreview,
  type PromptUpdate,
  type PromptView,
  type TagFilter,
} from "@local-mcp/contract";
import type { PromptRow } from "@local-mcp/database";
import type { JsonObject } from "@local-mcp/engine";
import type { Sandbox } from "../sandbox/sandbox.ts";
import type { Stores } from "../stores.ts";

export interface PromptsServiceOptions {
  stores: Stores;
  sandbox: Sandbox;
  /** Called after each change of what is configured. */
  onChange: () => void;
}

const NOT_BUILT = (): never => {
  throw new GatewayError("internal");
};

/** Templates that the gateway offers as prompts of its own. */
export class PromptsService {
  readonly #options: PromptsServiceOptions;

  constructor(options: PromptsServiceOptions) {
    this.#options = options;
  }

  list(_filter?: TagFilter): PromptView[] {
    return NOT_BUILT();
  }

  /** By name or id. @throws GatewayError local_not_found */
  get(_prompt: string): PromptView {
    return NOT_BUILT();
  }

  /** By name or id. @throws GatewayError local_not_found */
  find(prompt: string): PromptRow {
    const { prompts } = this.#options.stores;
    const row = prompts.getByName(prompt) ?? prompts.get(prompt);
    if (!row) {
      throw new GatewayError("local_not_found", { kind: "prompt", name: prompt.slice(0, 200) });
    }
    return row;
  }

  async create(_wanted: PromptCreate): Promise<PromptView> {
    return NOT_BUILT();
  }

  async update(_prompt: string, _changes: PromptUpdate): Promise<PromptView> {
    return NOT_BUILT();
  }

  remove(prompt: string): void {
    this.#options.stores.prompts.delete(this.find(prompt).id);
    this.#options.onChange();
  }

  async preview(_draft: {
    template: string;
    values: Record<string, string>;
  }): Promise<PromptPreview> {
    return NOT_BUILT();
  }

  /** What a profile has of them, as prompts/list shows it. */
  offered(_profileId: string): JsonObject[] {
    return [];
  }

  /** The others that could be offered, in the same form. */
  absentFrom(_profileId: string): JsonObject[] {
    return [];
  }

  /** The result of prompts/get. @throws GatewayError */
  async render(_params: JsonObject, _signal: AbortSignal): Promise<JsonObject> {
    return NOT_BUILT();
  }

  /** What can be suggested for an argument (completion/complete); all of it. */
  complete(_params: JsonObject): string[] {
    return [];
  }
}
