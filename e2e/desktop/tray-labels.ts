import type { TestApp } from "./app.ts";

/** Labels of the tray's menu as it was made last. */
export async function watchTray({ app }: TestApp): Promise<() => Promise<string[]>> {
  await app.evaluate(({ Menu }) => {
    const build = Menu.buildFromTemplate.bind(Menu);
    Menu.buildFromTemplate = (template) => {
      const labels = template.map(({ label }) => label ?? "");
      if (labels.includes("Open Local MCP Gateway")) Object.assign(globalThis, { labels });
      return build(template);
    };
  });
  return async () => {
    const labels: unknown = await app.evaluate(() => Reflect.get(globalThis, "labels"));
    return Array.isArray(labels) ? labels.map(String) : [];
  };
}
