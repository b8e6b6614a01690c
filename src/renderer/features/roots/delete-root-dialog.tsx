import type { RootView } from "@local-mcp/contract";
import { useMutation, useQuery } from "@tanstack/react-query";
import { announce } from "../../app/announce.ts";
import { api } from "../../app/api.ts";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { problemLine } from "../../components/problem-view.tsx";
import { count, listed } from "../../components/time.ts";
import { rootTitle } from "./root-order.ts";

/** Asks before a root goes, and names what is read from inside it. */
export function DeleteRootDialog({ root, onClose }: { root: RootView; onClose: () => void }) {
  const title = rootTitle(root);
  const { data: resources } = useQuery({
    ...api.resources.list.queryOptions(),
    enabled: root.resources > 0,
  });
  const inside = (resources ?? []).filter(
    ({ content }) => content.kind === "file" && content.root?.id === root.id,
  );
  const remove = useMutation(
    api.roots.remove.mutationOptions({
      onSuccess: () => {
        announce(`${title} was deleted.`);
        onClose();
      },
    }),
  );
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Delete “${title}”?`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="danger"
            disabled={remove.isPending}
            onClick={() => remove.mutate({ root: root.id })}
          >
            Delete root
          </Button>
        </>
      }
    >
      <div className="space-y-2">
        <p>
          {root.profiles.length === 0
            ? "It is in no profile, so no server is told of it."
            : `Servers of ${listed(root.profiles)} are no longer told of it.`}{" "}
          The folder itself stays as it is.
        </p>
        {root.resources > 0 ? (
          <div>
            <p>
              {count(root.resources, "resource")} {root.resources === 1 ? "is a file" : "are files"}{" "}
              inside it and cannot be read without it:
            </p>
            <ul className="list-disc pl-5 text-text-2">
              {inside.map(({ id, uri }) => (
                <li key={id} className="font-mono text-meta break-all">
                  {uri}
                </li>
              ))}
            </ul>
          </div>
        ) : null}
        {remove.error ? (
          <p role="alert" className="text-err">
            {problemLine(remove.error)}
          </p>
        ) : null}
      </div>
    </Dialog>
  );
}
