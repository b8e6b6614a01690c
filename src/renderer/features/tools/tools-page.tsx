import { useQuery } from "@tanstack/react-query";
import { FileUp, Wrench } from "lucide-react";
import { api, client } from "../../app/api.ts";
import { Button } from "../../components/button.tsx";
import { openDialog } from "../../stores/dialogs.ts";
import { LocalPage } from "../local/local-page.tsx";
import { ToolEditor } from "./tool-editor.tsx";

/** REST APIs that the gateway offers as tools of its own. */
export function ToolsPage() {
  const query = useQuery(api.tools.list.queryOptions());
  return (
    <LocalPage
      page="tools"
      kind="tool"
      icon={Wrench}
      empty="A tool asks a web API, and every client can call it like one of a server."
      actions={
        <Button size="toolbar" icon={FileUp} onClick={() => openDialog({ type: "openapi" })}>
          From OpenAPI…
        </Button>
      }
      query={query}
      kindOf={({ method }) => method}
      textOf={({ description, url, method }) => [description, url, method]}
      turn={({ id }, enabled) => client.tools.update({ tool: id, changes: { enabled } })}
      remove={({ id }) => client.tools.remove({ tool: id })}
      loses="Its configuration and the secrets stored for it are deleted."
      editor={(tool, onDelete) => <ToolEditor tool={tool} onDelete={onDelete} />}
    />
  );
}
