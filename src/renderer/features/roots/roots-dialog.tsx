import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { api } from "../../app/api.ts";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { Menu } from "../../components/menu.tsx";
import { ProblemView } from "../../components/problem-view.tsx";
import { SkeletonRows } from "../../components/skeleton.tsx";
import { type Asked, AskedDialog } from "./asked-dialog.tsx";
import { rootTitle } from "./root-order.ts";
import { RootText } from "./root-text.tsx";

/** Every root there is. Which of them a profile has, and in which order, is said in the profile. */
export function RootsDialog({ onClose }: { onClose: () => void }) {
  const { data: roots, error, refetch } = useQuery(api.roots.list.queryOptions());
  const [asked, setAsked] = useState<Asked | null>(null);
  return (
    <Dialog
      open
      onClose={onClose}
      title="Roots"
      description="Files of resources are inside one of these. A profile's tab “Roots” says which of them its servers are told to work in."
      footer={
        <>
          <Button icon={Plus} className="mr-auto" onClick={() => setAsked({ what: "add" })}>
            Add root…
          </Button>
          <Button onClick={onClose}>Close</Button>
        </>
      }
    >
      {error ? (
        <ProblemView
          what="The roots could not be read."
          error={error}
          onRetry={() => void refetch()}
        />
      ) : roots === undefined ? (
        <SkeletonRows label="Reading the roots" />
      ) : roots.length === 0 ? (
        <p className="text-text-2">There is no root yet.</p>
      ) : (
        <ul
          aria-label="Roots"
          className="divide-y divide-border rounded-panel border border-border bg-surface"
        >
          {roots.map((root) => (
            <li key={root.id} className="flex min-h-13 items-center gap-2 px-3 py-1">
              <RootText root={root} />
              <Menu
                label={`More for ${rootTitle(root)}`}
                entries={[
                  { label: "Edit…", run: () => setAsked({ what: "edit", root }) },
                  "separator",
                  { label: "Delete…", run: () => setAsked({ what: "delete", root }), danger: true },
                ]}
              />
            </li>
          ))}
        </ul>
      )}
      <AskedDialog asked={asked} onClose={() => setAsked(null)} />
    </Dialog>
  );
}
