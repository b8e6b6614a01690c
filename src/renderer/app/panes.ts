/** F6 goes from one of these to the next, in the order of the page. */
const PANES = "[data-pane]";
const FOCUSABLE =
  'a[href], button:not([disabled]), input:not([disabled]), textarea, select, [tabindex="0"]';

export function nextPane(step: 1 | -1): void {
  const panes = [...document.querySelectorAll<HTMLElement>(PANES)].filter(
    (pane) => pane.offsetParent !== null,
  );
  const at = panes.findIndex((pane) => pane.contains(document.activeElement));
  const next = panes.at((at + step) % panes.length);
  const first = next?.querySelector<HTMLElement>(`[aria-current="page"], ${FOCUSABLE}`);
  (first ?? next)?.focus();
}
