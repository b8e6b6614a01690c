import type { TokenView } from "@local-mcp/contract";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { api, client } from "../../app/api.ts";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { ProblemView } from "../../components/problem-view.tsx";
import { toast } from "../../components/toast.tsx";
import { revokedText, revokeText } from "./texts.ts";

interface RevokeTokenDialogProps {
  token: TokenView;
  onClose: () => void;
  /** Called while its row is still there, so that the row beside it can be found. */
  onRevoking: () => void;
  /** Where the focus goes once the token is gone. */
  focusAfter: () => HTMLElement | null;
}

/** Says who is cut off before a token is revoked. */
export function RevokeTokenDialog({
  token,
  onClose,
  onRevoking,
  focusAfter,
}: RevokeTokenDialogProps) {
  const { data: seen } = useQuery(api.clients.list.queryOptions());
  const connections = (seen?.clients ?? []).filter(
    ({ active, tokenId }) => active && tokenId === token.id,
  ).length;
  const isRevoked = useRef(false);
  const revoke = useMutation({
    mutationFn: () => client.tokens.revoke({ token: token.id }),
    onSuccess: () => {
      isRevoked.current = true;
      toast({ key: `revoked ${token.id}`, text: revokedText(token.name, connections) });
      onClose();
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Revoke “${token.name}”?`}
      returnFocusTo={() => (isRevoked.current ? focusAfter() : null)}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="danger"
            disabled={revoke.isPending}
            onClick={() => {
              onRevoking();
              revoke.mutate();
            }}
          >
            Revoke token
          </Button>
        </>
      }
    >
      <div className="space-y-3">
        <p>{revokeText(connections)}</p>
        {revoke.error ? (
          <ProblemView what={`“${token.name}” was not revoked.`} error={revoke.error} />
        ) : null}
      </div>
    </Dialog>
  );
}
