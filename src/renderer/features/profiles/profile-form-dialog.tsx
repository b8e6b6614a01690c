import type { ProfileView } from "@local-mcp/contract";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useId, useState } from "react";
import { announce } from "../../app/announce.ts";
import { api } from "../../app/api.ts";
import { navigate, routeTo } from "../../app/router.ts";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { problemLine } from "../../components/problem-view.tsx";
import { isComplete, named, NameAndSlugFields } from "./name-and-slug.tsx";

interface ProfileFormDialogProps {
  title: string;
  description: string;
  /** What the last button does: “Create profile”. */
  action: string;
  /** A name to begin with; may be empty. */
  name: string;
  /** Slugs that are used. */
  taken: readonly string[];
  create: (value: { name: string; slug: string }) => Promise<ProfileView>;
  onClose: () => void;
  /** What else is asked. */
  children?: ReactNode;
}

/** Asks for a name and a slug, makes a profile of them and opens it. */
export function ProfileFormDialog(props: ProfileFormDialogProps) {
  const { title, description, action, name, taken, create, onClose, children } = props;
  const { data: status } = useQuery(api.status.get.queryOptions());
  const [value, setValue] = useState(() => named(name, taken));
  const form = useId();
  const creating = useMutation({
    mutationFn: create,
    onSuccess: (created) => {
      announce(`Profile “${created.name}” was created.`);
      onClose();
      navigate(routeTo("profiles", [created.slug]));
    },
  });
  const ready = isComplete(value, taken);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (ready && !creating.isPending) creating.mutate(value);
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      description={description}
      startsIn="field"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form={form} disabled={!ready || creating.isPending}>
            {action}
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
          error={creating.error ? problemLine(creating.error) : null}
        />
        {children}
      </form>
    </Dialog>
  );
}
