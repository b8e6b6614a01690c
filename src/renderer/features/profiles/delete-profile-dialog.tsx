import type { ProfileView } from "@local-mcp/contract";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { announce } from "../../app/announce.ts";
import { api } from "../../app/api.ts";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { ProblemView } from "../../components/problem-view.tsx";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { clientsOf, tokensOf } from "./facts.ts";
import { deletionText } from "./texts.ts";

interface DeleteProfileDialogProps {
  profile: ProfileView;
  onClose: () => void;
  onDeleted?: () => void;
  /** Called while its row is still there, so that the row beside it can be found. */
  onDeleting?: () => void;
  /** Where the focus goes once the profile is gone. */
  focusAfter?: () => HTMLElement | null;
}

/** Names who uses a profile before it is deleted. */
export function DeleteProfileDialog({
  profile,
  onClose,
  onDeleted,
  onDeleting,
  focusAfter,
}: DeleteProfileDialogProps) {
  const { data: seen } = useQuery(api.clients.list.queryOptions());
  const { data: allTokens } = useQuery(api.tokens.list.queryOptions());
  const clients = clientsOf(profile, seen?.clients ?? []);
  const tokens = tokensOf(profile, allTokens ?? []);
  const isDeleted = useRef(false);
  const remove = useMutation(api.profiles.remove.mutationOptions());
  const onRemoved = (): void => {
    isDeleted.current = true;
    announce(`Profile “${profile.name}” was deleted.`);
    onClose();
    onDeleted?.();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Delete “${profile.name}”?`}
      returnFocusTo={() => (isDeleted.current ? (focusAfter?.() ?? null) : null)}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="danger"
            disabled={remove.isPending}
            onClick={() => {
              onDeleting?.();
              remove.mutate({ profile: profile.id }, { onSuccess: onRemoved });
            }}
          >
            Delete profile
          </Button>
        </>
      }
    >
      <div className="space-y-3">
        <p>{deletionText(clients.length, tokens.length)}</p>
        {profile.active ? (
          <p>/mcp follows this profile and has nothing to serve until another one is active.</p>
        ) : null}
        {clients.length > 0 ? (
          <Names
            title="Connected clients"
            names={clients.map(({ id, name, version }) => ({
              id,
              name: version === null ? name : `${name} ${version}`,
            }))}
          />
        ) : null}
        {tokens.length > 0 ? (
          <Names
            title="Access tokens that are revoked"
            names={tokens.map(({ id, name, hint }) => ({ id, name: `${name} (${hint})` }))}
          />
        ) : null}
        {remove.error ? (
          <ProblemView what={`“${profile.name}” was not deleted.`} error={remove.error} />
        ) : null}
      </div>
    </Dialog>
  );
}

function Names({ title, names }: { title: string; names: { id: string; name: string }[] }) {
  return (
    <div>
      <h3 className="font-medium">{title}</h3>
      <ul className="list-disc pl-5 text-text-2">
        {names.map(({ id, name }) => (
          <li key={id}>
            <UntrustedText text={name} />
          </li>
        ))}
      </ul>
    </div>
  );
}
