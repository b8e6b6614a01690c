import type { Problem } from "@local-mcp/contract";
import { useMutation } from "@tanstack/react-query";
import { api, queryClient } from "../../app/api.ts";
import { Banner } from "../../components/banner.tsx";
import { Button } from "../../components/button.tsx";
import { problemLine } from "../../components/problem-view.tsx";

/** That sessions cannot be stored, on every page until it is not so any more. */
export function StoreBanner({ problem: { message, wayOut } }: { problem: Problem }) {
  const retry = useMutation(
    api.sessions.retry.mutationOptions({
      onSuccess: () =>
        Promise.all([
          queryClient.invalidateQueries({ queryKey: api.status.get.key() }),
          queryClient.invalidateQueries({ queryKey: api.sessions.list.key() }),
        ]),
    }),
  );
  return (
    <Banner
      level="err"
      title={message}
      actions={
        <Button disabled={retry.isPending} onClick={() => retry.mutate({})}>
          Retry
        </Button>
      }
    >
      <p>{wayOut}</p>
      {retry.error ? <p role="alert">{problemLine(retry.error)}</p> : null}
      {retry.data?.problem ? (
        <p key={retry.submittedAt} role="alert">
          Tried again; nothing has changed.
        </p>
      ) : null}
    </Banner>
  );
}
