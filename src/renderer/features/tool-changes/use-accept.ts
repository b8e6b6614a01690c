import type { ServerView, ToolChange } from "@local-mcp/contract";
import { useMutation } from "@tanstack/react-query";
import { announce } from "../../app/announce.ts";
import { api, client, queryClient } from "../../app/api.ts";
import { count } from "../../components/time.ts";

/** Accepts tools as they were read, all of them or none. */
export function useAccept({ id, title }: Pick<ServerView, "id" | "title">) {
  const { queryKey } = api.servers.toolChanges.queryOptions({ input: { server: id } });
  const { mutate, isPending, variables, error } = useMutation({
    mutationFn: (tools: ToolChange[]) =>
      client.servers.acceptTools({
        server: id,
        tools: tools.map(({ name, digest }) => ({ name, digest })),
      }),
    onSuccess: (left, tools) => {
      queryClient.setQueryData(queryKey, left);
      const [first] = tools;
      const what = tools.length === 1 && first ? first.name : count(tools.length, "tool");
      announce(`Accepted ${what} of ${title}.`);
    },
    // What was refused because it changed again is to be seen as it is now.
    onError: () => void queryClient.invalidateQueries({ queryKey }),
  });
  return {
    // Not by a disabled button: that would lose the focus of whoever pressed it.
    accept: (tools: ToolChange[]): void => {
      if (!isPending) mutate(tools);
    },
    /** Why it was not accepted alone, or for null why they were not accepted together. */
    errorOf: (name: string | null): Error | null => {
      const [first, second] = error === null ? [] : (variables ?? []);
      const alone = first && !second ? first.name : null;
      return first && alone === name ? error : null;
    },
  };
}
