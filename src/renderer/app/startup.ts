import type { Startup } from "@local-mcp/contract";
import { useEffect, useState } from "react";
import { client } from "./api.ts";
import { reconnect } from "./link.ts";

const RETRY_MS = 1000;

/** Whether there is a gateway to show, as the main process tells it. */
export function useStartup(): Startup {
  const [startup, setStartup] = useState<Startup>({ state: "starting" });
  useEffect(() => {
    const stopped = new AbortController();
    void follow(setStartup, stopped.signal);
    return () => stopped.abort();
  }, []);
  return startup;
}

async function follow(tell: (startup: Startup) => void, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      for await (const next of await client.desktop.startup(undefined, { signal })) tell(next);
      return;
    } catch {
      // The main process is not listening yet, or its line broke: asked again on a new one.
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    if (!signal.aborted) reconnect();
  }
}
