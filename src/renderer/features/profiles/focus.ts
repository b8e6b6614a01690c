/** Where the focus goes when what had it is gone and nothing stands in its place. */
export const pageHeading = (): HTMLElement | null => document.querySelector("main h1");

/** The page's filter, once what it left to show has been cleared. */
export const pageFilter = (): HTMLElement | null => document.querySelector("main [data-filter]");
