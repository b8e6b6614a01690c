import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { announce } from "../../app/announce.ts";
import { api } from "../../app/api.ts";
import { navigate, routeTo } from "../../app/router.ts";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { problemLine } from "../../components/problem-view.tsx";
import { isComplete, named, NameAndSlugFields } from "./name-and-slug.tsx";
import { ServerChoice } from "./server-choice.tsx";

/** Makes a profile of some of the servers and opens it. */
export function NewProfileDialog({ onClose }: { onClose: () => void }) {
  const { data: profiles = [] } = useQuery(api.profiles.list.queryOptions());
  const { data: servers = [] } = useQuery(api.servers.list.queryOptions());
  const { data: status } = useQuery(api.status.get.queryOptions());
  const taken = profiles.map(({ slug }) => slug);
  const [value, setValue] = useState(() => named("", []));
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const form = useId();
  const create = useMutation(
    api.profiles.create.mutationOptions({
      onSuccess: ({ name, slug }) => {
        announce(`Profile “${name}” was created.`);
        onClose();
        navigate(routeTo("profiles", [slug]));
      },
    }),
  );
  const ready = isComplete(value, taken);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!ready || create.isPending) return;
    create.mutate({
      slug: value.slug,
      name: value.name,
      servers: servers.map(({ name }) => name).filter((name) => chosen.has(name)),
    });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title="New profile"
      description="What one client sees: chosen servers and tools at their own URL."
      startsIn="field"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form={form} disabled={!ready || create.isPending}>
            Create profile
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="space-y-4">
        <NameAndSlugFields
          value={value}
          onChange={setValue}
          taken={taken}
          base={status?.url ?? null}
          error={create.error ? problemLine(create.error) : null}
        />
        {servers.length === 0 ? (
          <p className="text-text-2">There are no servers yet. They can join the profile later.</p>
        ) : (
          <ServerChoice servers={servers} chosen={chosen} onChange={setChosen} />
        )}
      </form>
    </Dialog>
  );
}
