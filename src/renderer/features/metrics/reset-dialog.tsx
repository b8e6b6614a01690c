import { LOCAL_SERVER } from "@local-mcp/contract";
import { useMutation } from "@tanstack/react-query";
import { announce } from "../../app/announce.ts";
import { api, client, queryClient } from "../../app/api.ts";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { problemLine } from "../../components/problem-view.tsx";
import { count } from "../../components/time.ts";

interface ResetDialogProps {
  /** Only what was counted of this one; empty for all. */
  server: string;
  onClose: () => void;
}

/** Asks before what was counted is forgotten. */
export function ResetDialog({ server, onClose }: ResetDialogProps) {
  const reset = useMutation({
    mutationFn: () => client.metrics.reset(server === "" ? {} : { server }),
    onSuccess: async ({ calls }) => {
      await queryClient.invalidateQueries({ queryKey: api.metrics.key() });
      announce(`${count(calls, "call")} forgotten.`);
      onClose();
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title="Reset metrics?"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="danger" disabled={reset.isPending} onClick={() => reset.mutate()}>
            Reset metrics
          </Button>
        </>
      }
    >
      <div className="space-y-2">
        <p>{lostText(server)} It cannot be undone.</p>
        {reset.error ? (
          <p role="alert" className="text-err">
            {problemLine(reset.error)}
          </p>
        ) : null}
      </div>
    </Dialog>
  );
}

const lostText = (server: string): string => {
  const whose =
    server === "" ? "" : server === LOCAL_SERVER ? " of the gateway’s own" : ` of “${server}”`;
  return `Everything that was counted${whose} is forgotten, in every profile and for all time, the hourly sums too.`;
};
