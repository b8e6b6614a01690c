import { Page } from "../../components/page.tsx";

export function ToolsPage() {
  return <Page title="Tools">{null}</Page>;
}
