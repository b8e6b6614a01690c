import { Page } from "../../components/page.tsx";

export function PromptsPage() {
  return <Page title="Prompts">{null}</Page>;
}
