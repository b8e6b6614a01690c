import { useQuery } from "@tanstack/react-query";
import { MessageSquareText } from "lucide-react";
import { api, client } from "../../app/api.ts";
import { count } from "../../components/time.ts";
import { LocalPage } from "../local/local-page.tsx";
import { PromptEditor } from "./prompt-editor.tsx";

/** `/prompts`, and one of them at `/prompts/ID`. */
export function PromptsPage() {
  return (
    <LocalPage
      page="prompts"
      kind="prompt"
      icon={MessageSquareText}
      empty="A prompt is a text with gaps that clients offer to people. Write one once, and every client has it."
      query={useQuery(api.prompts.list.queryOptions())}
      kindOf={({ arguments: all }) =>
        all.length === 0 ? "no arguments" : count(all.length, "argument")
      }
      textOf={({ description, template }) => [description, template]}
      turn={({ id }, enabled) => client.prompts.update({ prompt: id, changes: { enabled } })}
      remove={({ id }) => client.prompts.remove({ prompt: id })}
      loses="Its text and its arguments are deleted."
      editor={(prompt, onDelete) => (
        <PromptEditor key={prompt?.id ?? ""} prompt={prompt} onDelete={onDelete} />
      )}
    />
  );
}
