import type { ProfileView } from "@local-mcp/contract";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { announce } from "../../app/announce.ts";
import { api } from "../../app/api.ts";
import { navigate, routeTo } from "../../app/router.ts";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { problemLine } from "../../components/problem-view.tsx";
import { isComplete, named, NameAndSlugFields } from "./name-and-slug.tsx";

interface DuplicateProfileDialogProps {
  profile: ProfileView;
  /** Slugs that are used. */
  taken: readonly string[];
  onClose: () => void;
}

/** Copies a profile under another name and opens the copy. */
export function DuplicateProfileDialog({ profile, taken, onClose }: DuplicateProfileDialogProps) {
  const { data: status } = useQuery(api.status.get.queryOptions());
  const [value, setValue] = useState(() => named(`${profile.name} copy`, taken));
  const form = useId();
  const duplicate = useMutation(
    api.profiles.duplicate.mutationOptions({
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
    if (!ready || duplicate.isPending) return;
    duplicate.mutate({ profile: profile.id, slug: value.slug, name: value.name });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Duplicate “${profile.name}”`}
      description="The copy has the same servers and choices, and no access tokens of its own."
      startsIn="field"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form={form} disabled={!ready || duplicate.isPending}>
            Duplicate profile
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
          error={duplicate.error ? problemLine(duplicate.error) : null}
        />
      </form>
    </Dialog>
  );
}
