import { page, type Page, type TransferKind } from "@local-mcp/contract";
import { useSyncExternalStore } from "react";

/** Where the window is: `#/servers/ID/output?q=…`. */
export interface Place {
  page: Page;
  /** What follows the page, decoded. */
  parts: string[];
  params: URLSearchParams;
}

/** In place of an id: what is being made. No id looks like it. */
export const NEW = "new";

const HOME: Page = "overview";

export function parseRoute(route: string): Place {
  const [path = "", query = ""] = route.replace(/^#/, "").split("?", 2);
  const [first = "", ...parts] = path
    .split("/")
    .filter((part) => part !== "")
    .map(decode);
  const known = page.safeParse(first);
  return {
    page: known.success ? known.data : HOME,
    parts: known.success ? parts : [],
    params: new URLSearchParams(query),
  };
}

const decode = (part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
};

/** `/servers/ID/output`, from its parts. */
export function routeTo(to: Page, parts: string[] = [], params?: Record<string, string>): string {
  const path = ["", to, ...parts.map(encodeURIComponent)].join("/");
  const query = new URLSearchParams(params).toString();
  return query === "" ? path : `${path}?${query}`;
}

/** Where one thing alone is exported. */
export const exportRoute = (kind: TransferKind, name: string): string =>
  routeTo("transfer", ["export"], { kind, name });

/** Goes to a route. `replace` leaves no step to come back to, as for a filter that is typed. */
export function navigate(route: string, options: { replace?: boolean } = {}): void {
  const hash = `#${route}`;
  if (hash === window.location.hash) return;
  if (options.replace) {
    window.history.replaceState(window.history.state, "", hash);
    window.dispatchEvent(new HashChangeEvent("hashchange"));
  } else {
    window.location.hash = hash;
  }
}

const subscribe = (listener: () => void): (() => void) => {
  window.addEventListener("hashchange", listener);
  return () => window.removeEventListener("hashchange", listener);
};

let lastHash: string | null = null;
let lastPlace: Place = parseRoute("");
const read = (): Place => {
  const { hash } = window.location;
  if (hash !== lastHash) {
    lastHash = hash;
    lastPlace = parseRoute(hash);
  }
  return lastPlace;
};

export const usePlace = (): Place => useSyncExternalStore(subscribe, read);

/** One value of the route's query, as a pair like useState; writing it leaves no step behind. */
export function useParam(name: string): [string, (value: string) => void] {
  const place = usePlace();
  const write = (value: string): void => {
    const { page: current, parts, params } = read();
    const next = new URLSearchParams(params);
    if (value === "") next.delete(name);
    else next.set(name, value);
    navigate(routeTo(current, parts, Object.fromEntries(next)), { replace: true });
  };
  return [place.params.get(name) ?? "", write];
}
