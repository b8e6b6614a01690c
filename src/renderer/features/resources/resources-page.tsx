import type { ResourceView } from "@local-mcp/contract";
import { useQuery } from "@tanstack/react-query";
import { FileText, FolderTree } from "lucide-react";
import { useState } from "react";
import { api, client } from "../../app/api.ts";
import { Button } from "../../components/button.tsx";
import { sizeText } from "../../components/size.ts";
import { LocalPage } from "../local/local-page.tsx";
import { RootsDialog } from "../roots/roots-dialog.tsx";
import { ResourceEditor } from "./resource-editor.tsx";

/** `/resources`, and one of them at `/resources/ID`. */
export function ResourcesPage() {
  const [showsRoots, setShowsRoots] = useState(false);
  return (
    <>
      <LocalPage
        page="resources"
        kind="resource"
        icon={FileText}
        empty="A resource is a text or file that clients can read: stored here, or read from a folder that you name."
        actions={
          <Button size="toolbar" icon={FolderTree} onClick={() => setShowsRoots(true)}>
            Roots…
          </Button>
        }
        query={useQuery(api.resources.list.queryOptions())}
        kindOf={kindOf}
        textOf={({ uri, description, mimeType }) => [uri, description, mimeType ?? ""]}
        countedAs={({ uri }) => uri}
        turn={({ id }, enabled) => client.resources.update({ resource: id, changes: { enabled } })}
        remove={({ id }) => client.resources.remove({ resource: id })}
        loses="What is stored of it is deleted. A file of a root stays where it is."
        editor={(resource, onDelete) => (
          <ResourceEditor
            key={resource?.id ?? ""}
            resource={resource}
            onDelete={onDelete}
            onRoots={() => setShowsRoots(true)}
          />
        )}
      />
      {showsRoots ? <RootsDialog onClose={() => setShowsRoots(false)} /> : null}
    </>
  );
}

/** “notes://style · text/markdown · 812 bytes”, “notes://{day} · template · file today.md”. */
const kindOf = ({ uri, isTemplate, mimeType, content }: ResourceView): string =>
  [
    uri,
    isTemplate ? "template" : null,
    mimeType,
    content.kind === "file" ? `file ${content.path}` : sizeText(content.bytes),
  ]
    .filter((part) => part !== null)
    .join(" · ");
