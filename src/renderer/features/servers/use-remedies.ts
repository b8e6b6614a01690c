import { useMutation } from "@tanstack/react-query";
import { announce } from "../../app/announce.ts";
import { client } from "../../app/api.ts";
import { navigate, routeTo } from "../../app/router.ts";
import { openDialog } from "../../stores/dialogs.ts";
import { reviewRoute } from "../tool-changes/change-words.ts";
import { cancelSignIn, signIn } from "./sign-in-run.ts";
import type { RemedyCode, TroubledServer } from "./trouble.ts";

/** Carries out what a person presses in a trouble of a server. */
export function useRemedies(server: TroubledServer) {
  const { id, title } = server;
  const edit = (field: string): void => navigate(routeTo("servers", [id, "settings"], { field }));
  const apply = async (code: RemedyCode): Promise<void> => {
    switch (code) {
      case "turn_on":
        await client.servers.update({ server: id, changes: { enabled: true } });
        announce(`${title} is on.`);
        return;
      case "cancel":
        await client.servers.update({ server: id, changes: { enabled: false } });
        announce(`${title} is off.`);
        return;
      case "review":
        openDialog({ type: "review", servers: [id] });
        return;
      case "retry":
        announce(`Trying ${title} again.`);
        await client.servers.restart({ server: id });
        return;
      case "choose_file":
        await chooseFile(id);
        return;
      case "check_again":
        announce(`Looking for the command of ${title} again.`);
        await client.runtimes.refresh();
        await client.servers.restart({ server: id });
        return;
      case "edit_command":
        edit("command");
        return;
      case "edit_folder":
        edit("cwd");
        return;
      case "edit_url":
        edit("url");
        return;
      case "sign_in":
        signIn(server);
        return;
      case "cancel_sign_in":
        await cancelSignIn(server);
        announce(`The sign-in to ${title} was cancelled.`);
        return;
      case "edit_sign_in":
        edit("signIn");
        return;
      case "edit_headers":
        edit("headers");
        return;
      case "edit_limits":
        edit("limits");
        return;
      case "edit_secrets":
        edit("secrets");
        return;
      case "unlock_vault":
        navigate(routeTo("settings", [], { section: "vault" }));
        return;
      case "show_output":
        navigate(routeTo("servers", [id, "output"]));
        return;
      case "show_limit":
        navigate(routeTo("settings", [], { section: "gateway" }));
        return;
      case "review_tools":
        navigate(reviewRoute(id));
    }
  };
  const { mutate, isPending, variables, error } = useMutation({ mutationFn: apply });
  // Twice is once, but another way out is never held up. Not by a disabled button: that would lose
  // the focus of whoever pressed it.
  const run = (code: RemedyCode): void => {
    if (!isPending || variables !== code) mutate(code);
  };
  return { run, error };
}

/** Takes another program for the same arguments; what then would run is shown before it does. */
async function chooseFile(id: string): Promise<void> {
  const { path } = await client.desktop.chooseProgram();
  if (path === null) return;
  const { config } = await client.servers.get({ server: id });
  const args = config.transport === "stdio" ? config.args : [];
  const { server } = await client.servers.update({ server: id, changes: { command: path, args } });
  if (!server.confirmed) openDialog({ type: "review", servers: [id] });
}
