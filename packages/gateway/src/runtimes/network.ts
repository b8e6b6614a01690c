import { isIP } from "node:net";
import { GatewayError, type RuntimesView, type Settings } from "@local-mcp/contract";
import { isLoopbackHost } from "../http/guard.ts";
import { readCertificates } from "./certificates.ts";

/** Which way remote servers are reached, and whom we trust on it. */
export interface Network {
  httpProxy: URL | null;
  httpsProxy: URL | null;
  /** Hosts without the proxy, as NO_PROXY has them. */
  noProxy: string;
  /** Trusted beside the usual ones. */
  extraCa: { file: string; certificates: string[] } | null;
  /** What of it cannot be used, as a sentence. */
  problem: string | null;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** Settings first, then the environment that servers are started with. Reads the file. */
export function resolveNetwork(
  settings: Pick<Settings, "proxy" | "noProxy" | "extraCaFile">,
  env: Variables,
): Network {
  const problems: string[] = [];
  const fromEnvironment = (names: readonly string[]): URL | null => {
    const name = names.find((one) => (env[one] ?? "") !== "");
    if (name === undefined) return null;
    const proxy = parseProxy(env[name] ?? "");
    if (!proxy) problems.push(`The proxy of ${name} is not used: it is none for HTTP.`);
    return proxy;
  };
  const proxies = {
    httpProxy: fromEnvironment(["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"]),
    httpsProxy: fromEnvironment(["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]),
  };
  if (settings.proxy !== "") {
    problems.length = 0;
    const proxy = settings.proxy === "direct" ? null : parseProxy(settings.proxy);
    Object.assign(proxies, { httpProxy: proxy, httpsProxy: proxy });
  }
  const file = settings.extraCaFile || env.NODE_EXTRA_CA_CERTS || "";
  let extraCa: Network["extraCa"] = null;
  try {
    if (file !== "") extraCa = { file, certificates: readCertificates(file) };
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    problems.push(error.message);
  }
  return {
    ...proxies,
    noProxy: settings.noProxy || env.no_proxy || env.NO_PROXY || "",
    extraCa,
    problem: problems.length === 0 ? null : [...new Set(problems)].join(" "),
  };
}

/** A proxy as people write it, with or without `http://`. Null where it is none for HTTP. */
function parseProxy(text: string): URL | null {
  const address = text.includes("://") ? text : `http://${text}`;
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  return url.protocol === "http:" || url.protocol === "https:" ? url : null;
}

/** The proxy on the way to a URL; null where it is reached directly. This computer always is. */
export function proxyFor(network: Network, url: URL): URL | null {
  const proxy = url.protocol === "https:" ? network.httpsProxy : network.httpProxy;
  if (!proxy || isThisComputer(url.hostname) || isListed(network.noProxy, url)) return null;
  return proxy;
}

/**
 * Also in forms that only URLs have: with a dot at its end, as a name below `localhost` (RFC 6761,
 * 6.3), as an address of IPv4 within IPv6, and as the address that stands for any of ours.
 */
function isThisComputer(hostname: string): boolean {
  const host = hostname.replace(/\.$/, "");
  return (
    isLoopbackHost(host) ||
    host.endsWith(".localhost") ||
    /^\[::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}\]$/.test(host) ||
    ["0.0.0.0", "[::]"].includes(host)
  );
}

/**
 * As curl and most others read NO_PROXY: names with commas or spaces between them, each for itself
 * and what is below it, with a port where only that one is meant; `*` for all.
 */
function isListed(list: string, url: URL): boolean {
  const host = url.hostname.replace(/\.$/, "").replace(/^\[|\]$/g, "");
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== "")
    .some((entry) => {
      if (entry === "*") return true;
      const [, named, onlyPort] = /^([^:]+|\[.+\]):(\d+)$/.exec(entry) ?? [];
      if (onlyPort !== undefined && onlyPort !== port) return false;
      const name = (named ?? entry).replace(/^\*?\./, "").replace(/^\[|\]$/g, "");
      return host === name || (name !== "" && isIP(host) === 0 && host.endsWith(`.${name}`));
    });
}

/** For people: no user, no password. */
export const viewNetwork = (network: Network): RuntimesView["network"] => ({
  httpProxy: network.httpProxy && shown(network.httpProxy),
  httpsProxy: network.httpsProxy && shown(network.httpsProxy),
  noProxy: network.noProxy || null,
  extraCa: network.extraCa && {
    file: network.extraCa.file,
    certificates: network.extraCa.certificates.length,
  },
  problem: network.problem,
});

const shown = ({ protocol, host }: URL): string => `${protocol}//${host}`;
