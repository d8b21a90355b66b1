import { panelHost, panelScheme } from './panel-protocol.ts'

/** The part of an IPC event that says who sent it. */
export interface PageEvent {
  readonly sender: { readonly mainFrame: { readonly url: string } }
  readonly senderFrame: { readonly url: string } | null
}

/** Whether a URL is the panel: `app://toril/…`, or in development the address of Vite's server. */
export function isPanelUrl(address: string, developmentUrl?: string): boolean {
  const url = URL.parse(address)
  if (url === null) return false
  if (url.protocol === `${panelScheme}:`) return url.host === panelHost
  return developmentUrl !== undefined && url.origin === URL.parse(developmentUrl)?.origin
}

/** The one place that decides whether an IPC message is heard: the panel itself, in the window's main frame. */
export function isTrustedPage(event: PageEvent, developmentUrl?: string): boolean {
  const frame = event.senderFrame
  return frame !== null && frame === event.sender.mainFrame && isPanelUrl(frame.url, developmentUrl)
}
