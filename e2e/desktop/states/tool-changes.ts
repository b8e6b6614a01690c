import { appDirectory, startApp } from "../app.ts";
import { ACCEPTED, CHANGED, changingTools } from "../changing-tools.ts";
import { seed } from "../seed.ts";
import { detailState, go, next, pageState, press, type Scene } from "./state.ts";

const many = (description: string) =>
  Array.from({ length: 24 }, (_, at) => ({
    ...ACCEPTED[0],
    name: `a_tool_with_quite_a_long_name_of_its_own_${at}`,
    description: `${description} ${"It goes on for a while. ".repeat(20)}`,
  }));

/** Tools that changed since they were accepted: one server holds them back, one does not. */
export const toolChanges: Scene = {
  name: "tool-changes",
  open: async () => {
    const home = appDirectory();
    const files = changingTools(home, ACCEPTED);
    const crowd = changingTools(home, many("First."), "many.json");
    await seed(home, async (api) => {
      const common = { confirmed: true, profiles: [] };
      const held = { ...common, holdChangedTools: true, config: files.config };
      await api.servers.create({ name: "files", title: "Files", ...held });
      await api.servers.create({ name: "crowd", title: "Crowd", ...common, config: crowd.config });
      await api.profiles.create({ slug: "dev", name: "dev", servers: ["files", "crowd"] });
      await api.profiles.activate({ profile: "dev" });
    });
    const test = await startApp({ home });
    const { page } = test;
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    await press(page, "Skip setup");
    await page.getByText("Everything is ready.").waitFor();
    await go(page, "/profiles/dev/tools");
    await page.getByText("27 tools on").waitFor();
    const accept = (name: string) => page.getByRole("button", { name: `Accept ${name}` });
    return {
      test,
      states: [
        {
          name: "changed tools: none",
          isPage: true,
          show: async () => {
            await go(page, "/servers/files/changes");
            await page.getByText("Every tool of Files is as you accepted it.").waitFor();
          },
        },
        {
          name: "overview: tools changed",
          isPage: true,
          show: async () => {
            files.lists(CHANGED);
            crowd.lists(many("Then."));
            await go(page, "/overview");
            await page.getByText("3 tools changed since you accepted them, held back").waitFor();
            await page.getByText(/24 tools changed since you accepted them$/).waitFor();
          },
        },
        pageState("servers: tools changed", "/servers", "tools changed"),
        pageState("server: tools changed", "/servers/files/tools", "and are held back."),
        pageState("profile: tools held back", "/profiles/dev/tools", "held back until you accept"),
        detailState("changed tools", "/servers/files/changes", "New, never accepted"),
        next("one is kept held back", async () => {
          await press(page, "Keep held back: read_file");
          await page.getByRole("button", { name: "Show what changed of read_file" }).waitFor();
        }),
        next("one changed again", async () => {
          files.lists(CHANGED.map((tool) => ({ ...tool, title: "Another title" })));
          await page.getByText("has changed again since you began to read.").first().waitFor();
        }),
        pageState("changed tools, not held back", "/servers/crowd/changes", "Clients see them as"),
        next("more than are shown at once", async () => {
          await press(page, "Show 4 more tools");
          await accept("a_tool_with_quite_a_long_name_of_its_own_23").waitFor();
        }),
        detailState(
          "server: settings, holding back",
          "/servers/files/settings",
          "Hold back changed tools until I accept them",
        ),
        next("to be held back no more", async () => {
          await page.getByRole("checkbox", { name: /^Hold back changed tools/ }).click();
          await page.getByText("will be seen by clients once this is saved").waitFor();
        }),
      ],
    };
  },
};
