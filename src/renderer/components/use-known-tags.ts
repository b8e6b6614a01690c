import { useQueries } from "@tanstack/react-query";
import { api } from "../app/api.ts";

/** Every tag that something has, each once, sorted. What cannot be read has none. */
export function useKnownTags(): string[] {
  return useQueries({
    queries: [
      api.servers.list.queryOptions(),
      api.profiles.list.queryOptions(),
      api.tools.list.queryOptions(),
      api.prompts.list.queryOptions(),
      api.resources.list.queryOptions(),
      api.roots.list.queryOptions(),
    ],
    combine: (lists) =>
      [...new Set(lists.flatMap(({ data = [] }) => data.flatMap(({ tags }) => tags)))].sort(),
  });
}
