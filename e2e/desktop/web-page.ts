/** What a page does to an address that is not its own. */
export interface Attack {
  /** `http://127.0.0.1:PORT`. */
  target: string;
  /** Paths that are asked for, each in every way. */
  paths: string[];
  /** Sent as a guessed token. */
  token: string;
}

/** What an attack could read of one answer. */
export interface Read {
  /** In which way it was asked, and for what. */
  way: string;
  status: number;
  text: string;
}

/**
 * Runs within a page, so it uses nothing from outside. Sends requests in every way that a page has
 * and resolves with what could be read, once all of it is over. Each URL says its way, so that
 * whoever gets it can tell.
 */
export async function everyWay({ target, paths, token }: Attack): Promise<Read[]> {
  const read: Read[] = [];
  const call = {
    jsonrpc: "2.0",
    id: 1,
    method: "tools/call",
    params: { name: "echo", arguments: { message: "from a page" } },
  };
  const added = {
    name: "evil",
    config: { transport: "stdio", command: "sh", args: ["-c", "true"] },
    confirmed: true,
    profiles: ["dev"],
  };
  const bodyFor = (path: string): string => JSON.stringify(path.startsWith("/api") ? added : call);

  const fetched = async (way: string, url: string, init: RequestInit): Promise<void> => {
    try {
      const response = await fetch(`${url}?way=${way}`, init);
      // Opaque ones have status 0, and nothing else either.
      if (response.status === 0) return;
      read.push({ way: `${way} ${url}`, status: response.status, text: await response.text() });
    } catch {
      // Refused by the browser, as it should be.
    }
  };
  const withFetch = (path: string): Promise<void>[] => {
    const url = target + path;
    const body = bodyFor(path);
    const form = new FormData();
    form.set("body", body);
    const authorization = `Bearer ${token}`;
    const json = { "content-type": "application/json" };
    return [
      fetched("get", url, {}),
      fetched("get-opaque", url, { mode: "no-cors" }),
      fetched("get-with-cookies", url, { mode: "no-cors", credentials: "include" }),
      fetched("post-text", url, { method: "POST", mode: "no-cors", body }),
      fetched("post-text-readable", url, { method: "POST", body }),
      fetched("post-form", url, {
        method: "POST",
        mode: "no-cors",
        body: new URLSearchParams({ body }),
      }),
      fetched("post-multipart", url, { method: "POST", mode: "no-cors", body: form }),
      fetched("post-without-type", url, {
        method: "POST",
        mode: "no-cors",
        body: new Blob([body]),
      }),
      fetched("post-json", url, { method: "POST", headers: json, body }),
      fetched("post-token", url, { method: "POST", headers: { ...json, authorization }, body }),
      fetched("get-token", url, { headers: { authorization } }),
      fetched("put", url, { method: "PUT", headers: json, body }),
      fetched("patch", url, { method: "PATCH", headers: json, body }),
      fetched("delete", url, { method: "DELETE" }),
      fetched("options", url, { method: "OPTIONS" }),
    ];
  };

  /** Resolves with whether it came, whatever came. */
  const settled = (thing: EventTarget, good: string, bad = "error"): Promise<boolean> =>
    new Promise((resolve) => {
      thing.addEventListener(good, () => resolve(true), { once: true });
      thing.addEventListener(bad, () => resolve(false), { once: true });
    });
  const element = async (way: string, url: string, tag: string, attribute: string) => {
    const made = document.createElement(tag);
    if (tag === "link") made.setAttribute("rel", "stylesheet");
    if (tag === "object") made.setAttribute("type", "text/html");
    const came = settled(made, "load");
    made.setAttribute(attribute, `${url}?way=${way}`);
    document.body.append(made);
    const isThere = await came;
    if (made instanceof HTMLIFrameElement || made instanceof HTMLObjectElement) {
      const text = made.contentDocument?.body?.textContent ?? "";
      if (text !== "") read.push({ way: `${way} ${url}`, status: 0, text });
    } else if (isThere) read.push({ way: `${way} ${url}`, status: 200, text: "it loads" });
  };
  const submitted = async (way: string, url: string, enctype: string, body: string) => {
    const frame = document.createElement("iframe");
    frame.name = `${way} ${url}`;
    document.body.append(frame);
    const form = document.createElement("form");
    Object.assign(form, { method: "POST", enctype, action: `${url}?way=${way}` });
    form.target = frame.name;
    const field = document.createElement("input");
    // With text/plain the body is NAME=VALUE, so that it can be made JSON.
    Object.assign(field, { name: `${body.slice(0, -1)},"ignored":"`, value: '"}' });
    form.append(field);
    document.body.append(form);
    const came = settled(frame, "load");
    form.submit();
    await came;
    const text = frame.contentDocument?.body?.textContent ?? "";
    if (text !== "") read.push({ way: frame.name, status: 0, text });
  };
  const withElements = (path: string): Promise<void>[] => {
    const url = target + path;
    const body = bodyFor(path);
    return [
      element("img", url, "img", "src"),
      element("script", url, "script", "src"),
      element("style", url, "link", "href"),
      element("iframe", url, "iframe", "src"),
      element("object", url, "object", "data"),
      submitted("form", url, "application/x-www-form-urlencoded", body),
      submitted("form-multipart", url, "multipart/form-data", body),
      submitted("form-text", url, "text/plain", body),
    ];
  };

  const streamed = async (way: string, url: string): Promise<void> => {
    const isSocket = way === "websocket";
    const address = `${isSocket ? url.replace("http", "ws") : url}?way=${way}`;
    const line = isSocket ? new WebSocket(address) : new EventSource(address);
    if (await settled(line, "open")) read.push({ way: `${way} ${url}`, status: 200, text: "open" });
    line.close();
  };

  for (const path of paths) {
    const url = target + path;
    navigator.sendBeacon(`${url}?way=beacon`, bodyFor(path));
    navigator.sendBeacon(`${url}?way=beacon-form`, new URLSearchParams({ body: bodyFor(path) }));
    const all = Promise.all([
      ...withFetch(path),
      ...withElements(path),
      streamed("eventsource", url),
      streamed("websocket", url),
    ]);
    // What is still open then was let in, and streams.
    const late = new Promise<"late">((resolve) => setTimeout(() => resolve("late"), 20_000));
    if ((await Promise.race([all, late])) !== "late") continue;
    read.push({ way: `still open ${url}`, status: 200, text: "" });
    break;
  }
  return read;
}
