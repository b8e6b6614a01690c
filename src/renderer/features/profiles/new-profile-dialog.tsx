import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, client } from "../../app/api.ts";
import { ProfileFormDialog } from "./profile-form-dialog.tsx";
import { ServerChoice } from "./server-choice.tsx";

/** Makes a profile of some of the servers and opens it. */
export function NewProfileDialog({ onClose }: { onClose: () => void }) {
  const { data: profiles = [] } = useQuery(api.profiles.list.queryOptions());
  const { data: servers = [] } = useQuery(api.servers.list.queryOptions());
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  return (
    <ProfileFormDialog
      title="New profile"
      description="What one client sees: chosen servers and tools at their own URL."
      action="Create profile"
      name=""
      taken={profiles.map(({ slug }) => slug)}
      create={({ name, slug }) =>
        client.profiles.create({
          slug,
          name,
          servers: servers.map((server) => server.name).filter((one) => chosen.has(one)),
        })
      }
      onClose={onClose}
    >
      {servers.length === 0 ? (
        <p className="text-text-2">There are no servers yet. They can join the profile later.</p>
      ) : (
        <ServerChoice servers={servers} chosen={chosen} onChange={setChosen} />
      )}
    </ProfileFormDialog>
  );
}
