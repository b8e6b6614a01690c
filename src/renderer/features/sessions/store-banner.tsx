import type { SessionStoreView } from "@local-mcp/contract";
import { useMutation } from "@tanstack/react-query";
import { api, client, queryClient } from "../../app/api.ts";
import { Banner } from "../../components/banner.tsx";
import { Button } from "../../components/button.tsx";
import { problemLine } from "../../components/problem-view.tsx";

type Problem = NonNullable<SessionStoreView["problem"]>;

/** What is wrong with the store, until it is not any more. */
export function StoreBanner({ problem: { message, wayOut } }: { problem: Problem }) {
  const retry = useMutation({
    mutationFn: () => client.sessions.retry({}),
    onSettled: () => queryClient.invalidateQueries({ queryKey: api.sessions.key() }),
  });
  return (
    <Banner
      level="err"
      title={message}
      actions={
        <Button kind="primary" disabled={retry.isPending} onClick={() => retry.mutate()}>
          Retry
        </Button>
      }
    >
      <p className="text-text-2">{wayOut}</p>
      {retry.error ? (
        <p role="alert" className="text-err">
          {problemLine(retry.error)}
        </p>
      ) : null}
    </Banner>
  );
}
