/** How much larger than 16 px the browser is told to draw text: what is placed in px has to grow with it. */
export function textScale(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / 16
}
