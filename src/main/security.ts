/** Where the app's own page lives. */
export const APP_SCHEME = "app";
export const APP_ORIGIN = "app://gateway";

/** Whether a URL is of the app's own page, or of the development server where there is one. */
export function isOwnUrl(url: string, devServer: string | null): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, host } = new URL(url);
  if (`${protocol}//${host}` === APP_ORIGIN) return true;
  return devServer !== null && new URL(url).origin === new URL(devServer).origin;
}
