import type { SignedOut } from "@local-mcp/contract";
import { useMutation, useQuery } from "@tanstack/react-query";
import { announce } from "../../app/announce.ts";
import { api } from "../../app/api.ts";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { problemLine } from "../../components/problem-view.tsx";
import { count, listed } from "../../components/time.ts";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { hostOf } from "./sign-in-facts.ts";

interface SignOutDialogProps {
  /** Id. */
  server: string;
  onClose: () => void;
}

/** Asks before a server is signed out of, and says whether the other side was told. */
export function SignOutDialog({ server: id, onClose }: SignOutDialogProps) {
  const { data } = useQuery(api.servers.list.queryOptions());
  const server = data?.find((one) => one.id === id);
  const signOut = useMutation(
    api.signIn.remove.mutationOptions({
      onSuccess: ({ revoked }) => {
        announce(`Signed out of ${server?.title ?? "the server"}.`);
        if (LEFT_BEHIND[revoked] === null) onClose();
      },
    }),
  );
  if (!server) return null;
  const { title, profiles, status } = server;
  const { issuer } = status.signIn ?? {};
  const host = issuer ? hostOf(issuer) : "the authorization server";
  const left = signOut.data ? LEFT_BEHIND[signOut.data.revoked] : null;
  return (
    <Dialog
      open
      onClose={onClose}
      title={
        <>
          Sign out of “<UntrustedText text={title} />
          ”?
        </>
      }
      footer={
        left === null ? (
          <>
            <Button onClick={onClose}>Cancel</Button>
            <Button
              kind="danger"
              disabled={signOut.isPending}
              onClick={() => signOut.mutate({ server: id })}
            >
              Sign out
            </Button>
          </>
        ) : (
          <Button onClick={onClose}>Close</Button>
        )
      }
    >
      <div className="space-y-2">
        {left === null ? (
          <>
            <p>
              {profiles.length === 0
                ? "It is in no profile, so no client loses anything."
                : `Affects ${count(status.affects.tools, "tool")} in ${listed(profiles)}. They stay listed; calls answer that somebody has to sign in.`}
            </p>
            <p>
              Its access is deleted here, and <UntrustedText text={host} /> is asked to revoke it.
            </p>
          </>
        ) : (
          <p role="status">
            Signed out here. <UntrustedText text={host} /> {left}
          </p>
        )}
        {signOut.error ? (
          <p role="alert" className="text-err">
            {problemLine(signOut.error)}
          </p>
        ) : null}
      </div>
    </Dialog>
  );
}

/** What may still be valid elsewhere, behind the name of where; null where nothing is. */
const LEFT_BEHIND: Record<SignedOut["revoked"], string | null> = {
  yes: null,
  nothing_to_revoke: null,
  no: "could not be told, so what it gave may be valid there until it expires.",
  not_offered: "cannot be told, so what it gave is valid there until it expires.",
};
