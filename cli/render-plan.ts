import type { Plan } from "../planning/types";
import { dataColors, dataWidth } from "./terminal";

export type PlanFormat = "text" | "json" | "markdown" | "mermaid";

/** The plan in a format, coloured and wrapped where stdout is a terminal. */
export async function renderPlan(plan: Plan, format: PlanFormat): Promise<string> {
  switch (format) {
    case "json":
      return (await import("../planning/render/json")).renderJson(plan);
    case "markdown":
      return (await import("../planning/render/markdown")).renderMarkdown(plan);
    case "mermaid":
      return (await import("../planning/render/mermaid")).renderMermaid(plan);
    case "text": {
      const { renderText } = await import("../planning/render/text");
      return renderText(plan, { paint: dataColors, width: dataWidth() });
    }
  }
}
