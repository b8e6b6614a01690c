import { isObject, type JsonObject } from "@local-mcp/engine";
import { writtenOf } from "./texts.ts";

const MOST = 20;

/** Base URLs that a document, a path or an operation names, with the defaults of their variables. */
export function readServers({ servers }: JsonObject): string[] {
  if (!Array.isArray(servers)) return [];
  return servers.slice(0, MOST).flatMap((server) => {
    if (!isObject(server) || typeof server.url !== "string") return [];
    return [withoutUserInfo(withDefaults(server.url.trim(), server.variables))];
  });
}

function withDefaults(url: string, variables: unknown): string {
  return url.replace(/\{([^{}]*)\}/g, (mark: string, name: string) => {
    const isNamed = isObject(variables) && Object.hasOwn(variables, name);
    const variable = isNamed ? variables[name] : undefined;
    return (isObject(variable) ? writtenOf(variable.default) : null) ?? mark;
  });
}

/** It is shown, and a password in it would be, too. */
function withoutUserInfo(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, "$1");
}

export const isAbsolute = (url: string): boolean => /^https?:\/\/[^/?#]/i.test(url);

/** The URL of a path, which may have `{argument}` in it, below a base URL. */
export function joined(base: string, path: string): string {
  const [place = "", ...query] = base.replace(/#.*$/s, "").split("?");
  const search = query.length === 0 ? "" : `?${query.join("?")}`;
  return `${place.replace(/\/+$/, "")}/${path.replace(/^\/+/, "")}${search}`;
}
