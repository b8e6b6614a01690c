/** What of the gateway's own a profile has: its group, its roots, and whether it is served. */
import type { ProfileView } from "@local-mcp/contract";
import { expect, test } from "vitest";
import { appDirectory, startApp } from "./app.ts";
import { focused, heading } from "./person.ts";
import { seed, seedSmall } from "./seed.ts";
import { dialogOf, go, press } from "./states/state.ts";

const timeout = 120_000;

/** The profile as it is stored, once the app is gone. */
async function storedProfile(home: string): Promise<ProfileView> {
  const found: ProfileView[] = [];
  await seed(home, async (api) => void found.push(await api.profiles.get({ profile: "dev" })));
  const [dev] = found;
  if (!dev) throw new Error("There is no profile “dev”.");
  return dev;
}

test("the gateway's own are chosen beside what servers offer", { timeout }, async () => {
  const home = appDirectory();
  await seed(home, async (api) => {
    await seedSmall(api);
    await api.prompts.create({ name: "hello", template: "Say hello." });
    await api.resources.create({ uri: "notes://a", content: { kind: "text", text: "a" } });
    await api.resources.create({
      uri: "notes://{day}",
      content: { kind: "text", text: "{{ day }}" },
    });
  });
  const app = await startApp({ home });
  const { page } = app;
  await heading(page, "Overview").waitFor();
  await go(page, "/profiles/dev/prompts");
  const hello = page.getByRole("checkbox", { name: "hello, Local" });
  await hello.waitFor();
  expect(await hello.isChecked()).toBe(false);
  await hello.focus();
  await page.keyboard.press("Space");
  await page.getByText("1 of 1 on").waitFor();

  await go(page, "/profiles/dev/resources");
  await page.getByRole("checkbox", { name: "notes://{day}, Local" }).click();
  await page.getByText("1 of 2 on").waitFor();
  await page.getByRole("heading", { name: "1 resource on" }).waitFor();
  await page.getByRole("checkbox", { name: "Everything shown of Local" }).click();
  await page.getByText("2 of 2 on").waitFor();

  // What clients see of it is changed where it is defined.
  await press(page, "Edit notes://a of Local…");
  await heading(page, "Resources").waitFor();
  await page.getByLabel("URI").waitFor();
  expect(await page.getByLabel("URI").inputValue()).toBe("notes://a");

  await app.close();
  const dev = await storedProfile(home);
  expect(dev.prompts.map(({ name }) => name)).toEqual(["hello"]);
  expect(dev.resources.map(({ uri }) => uri).sort()).toEqual(["notes://a", "notes://{day}"]);
});

test("a profile's roots have an order, and it can be turned off", { timeout }, async () => {
  const home = appDirectory();
  const roots = ["https://a.example.test/", "https://b.example.test/", "https://c.example.test/"];
  await seed(home, async (api) => {
    await seedSmall(api);
    for (const uri of roots) await api.roots.create({ uri, profiles: ["dev"] });
  });
  const app = await startApp({ home });
  const { page } = app;
  await heading(page, "Overview").waitFor();
  await go(page, "/profiles/dev/roots");
  const rows = page.getByRole("list", { name: /^Roots/ }).getByRole("listitem");
  const order = async (): Promise<string[]> =>
    (await rows.allInnerTexts()).map((text) => /https:\/\/(\w)/.exec(text)?.[1] ?? "");
  await expect.poll(order).toEqual(["a", "b", "c"]);

  const handle = page.getByRole("button", { name: "Reorder https://c.example.test/" });
  await handle.focus();
  await page.keyboard.press("Alt+ArrowUp");
  await expect.poll(order).toEqual(["a", "c", "b"]);
  await focused(handle);
  // What is turned off stays where it is, and so does the focus.
  const first = page.getByRole("checkbox", { name: "https://a.example.test/ for “dev”" });
  await first.click();
  await expect.poll(() => first.isChecked()).toBe(false);
  expect(await order()).toEqual(["a", "c", "b"]);

  await press(page, "Add root…");
  await dialogOf(page).getByLabel("URI").fill("/home/me");
  await page.keyboard.press("Enter");
  await dialogOf(page).getByText("A root begins with file://").waitFor();
  await dialogOf(page).getByLabel("URI").fill("file:///C:/Users/Me");
  await page.keyboard.press("Enter");
  await page.getByRole("checkbox", { name: "file:///C:/Users/Me for “dev”" }).waitFor();

  await page.getByRole("tab", { name: "Settings" }).click();
  await page.getByRole("switch", { name: "Serve this profile" }).click();
  await page.getByRole("status").filter({ hasText: "is turned off" }).waitFor();
  await go(page, "/profiles");
  await page.getByRole("row", { name: /dev.*Off/ }).waitFor();

  await app.close();
  const dev = await storedProfile(home);
  expect(dev.enabled).toBe(false);
  expect(dev.roots.map(({ uri }) => uri)).toEqual([
    "https://c.example.test/",
    "https://b.example.test/",
    "file:///C:/Users/Me",
  ]);
});
