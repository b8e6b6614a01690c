import { type BrowserWindow, dialog, type FileFilter, type MessageBoxOptions } from "electron";
import { count } from "./menu/words.ts";
import { asProblem } from "./problem.ts";

const show = (parent: BrowserWindow | null, options: MessageBoxOptions) =>
  parent ? dialog.showMessageBox(parent, options) : dialog.showMessageBox(options);

/** Asked before clients lose their tools. Enter keeps the app running. */
export async function askToQuit(
  parent: BrowserWindow | null,
  clients: number,
): Promise<{ quit: boolean; dontAskAgain: boolean }> {
  const { response, checkboxChecked } = await show(parent, {
    type: "question",
    message: "Quit Local MCP Gateway?",
    detail: `${count(clients, "client")} ${clients === 1 ? "is connected and loses its" : "are connected and lose their"} tools until you start it again.`,
    buttons: ["Cancel", "Quit"],
    defaultId: 0,
    cancelId: 0,
    checkboxLabel: "Don’t ask again",
    noLink: true,
  });
  return { quit: response === 1, dontAskAgain: checkboxChecked };
}

/** For what was asked of a menu and could not be done. */
export async function tellProblem(parent: BrowserWindow | null, error: unknown): Promise<void> {
  const { message, wayOut } = asProblem(error);
  await show(parent, { type: "error", message, detail: wayOut, buttons: ["Close"], noLink: true });
}

/** After the page has crashed twice. */
export async function askToReopen(): Promise<boolean> {
  const { response } = await show(null, {
    type: "error",
    message: "The window stopped twice in a row.",
    detail: "Clients are still served.",
    buttons: ["Leave it closed", "Open the window again"],
    defaultId: 1,
    cancelId: 0,
    noLink: true,
  });
  return response === 1;
}

export async function chooseDirectory(
  parent: BrowserWindow | null,
  title: string,
): Promise<string | null> {
  return choose(parent, title, ["openDirectory", "createDirectory"], null);
}

export async function chooseFile(
  parent: BrowserWindow | null,
  title: string,
  files: FileFilter | null = null,
): Promise<string | null> {
  return choose(parent, title, ["openFile", "showHiddenFiles"], files);
}

/** Where to save a new file; null where nothing was chosen. */
export async function chooseNewFile(
  parent: BrowserWindow | null,
  options: { title: string; name: string },
): Promise<string | null> {
  const asked = { title: options.title, defaultPath: options.name };
  const { filePath, canceled } = parent
    ? await dialog.showSaveDialog(parent, asked)
    : await dialog.showSaveDialog(asked);
  return canceled || filePath === "" ? null : filePath;
}

const choose = async (
  parent: BrowserWindow | null,
  title: string,
  properties: ("openDirectory" | "createDirectory" | "openFile" | "showHiddenFiles")[],
  files: FileFilter | null,
): Promise<string | null> => {
  const filters = files === null ? [] : [files, { name: "All files", extensions: ["*"] }];
  const options = { title, properties, filters };
  const { filePaths } = parent
    ? await dialog.showOpenDialog(parent, options)
    : await dialog.showOpenDialog(options);
  return filePaths[0] ?? null;
};
