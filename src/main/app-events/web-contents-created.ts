import { app } from "electron";
import { confine } from "../security-events.ts";

/** Every page there ever is, whoever made it, is confined. */
export function onWebContentsCreated(devServer: string | null): void {
  app.on("web-contents-created", (_event, contents) => confine(contents, devServer));
}
