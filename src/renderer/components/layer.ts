/**
 * Where everything is drawn that lies above the page: a landmark of its own, since what is outside
 * of all landmarks is lost to those who go from one to the next. Dialogs are in it too, so that a
 * menu which belongs to one is not hidden with what lies behind the dialog.
 */
export const layer = document.querySelector<HTMLElement>("#layer");
