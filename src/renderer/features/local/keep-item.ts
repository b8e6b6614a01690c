import type { Page } from "@local-mcp/contract";
import type { QueryKey } from "@tanstack/react-query";
import { flushSync } from "react-dom";
import { announce } from "../../app/announce.ts";
import { queryClient } from "../../app/api.ts";
import { navigate, routeTo } from "../../app/router.ts";
import type { LocalItem } from "./local-item.ts";

interface KeepOptions {
  page: Page;
  /** Of the list that it is in. */
  list: QueryKey;
  /** It was made just now. */
  isNew: boolean;
  /** Forgets what was edited. */
  clean: () => void;
}

/**
 * After saving: what is open is in the list before it is gone to, and nothing is left to guard.
 */
export function keepItem(item: LocalItem, options: KeepOptions): void {
  const { page, list, isNew, clean } = options;
  queryClient.setQueryData<LocalItem[]>(list, (all) => [
    ...(all ?? []).filter(({ id }) => id !== item.id),
    item,
  ]);
  flushSync(clean);
  announce(`Saved “${item.name}”.`);
  if (isNew) navigate(routeTo(page, [item.id]), { replace: true });
}
