import { shell, type Session, type WebContents } from 'electron'
import { describeError } from '../api/errors.ts'
import { isPanelUrl } from './trusted-page.ts'

/**
 * Keeps a page where it is: no navigation off the panel, no second window, no embedded page. A link to an
 * https page opens in the user's browser instead.
 */
export function confineNavigation(contents: WebContents, developmentUrl?: string): void {
  const guard = (event: { preventDefault(): void; url: string }) => {
    if (isPanelUrl(event.url, developmentUrl)) return
    event.preventDefault()
    openOutside(event.url)
  }
  contents.on('will-navigate', guard)
  contents.on('will-redirect', guard)
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(({ url }) => {
    openOutside(url)
    return { action: 'deny' }
  })
}

/** The panel needs two harmless things of the browser; camera, location, devices and all others are refused. */
const allowedPermissions = new Set(['clipboard-sanitized-write', 'notifications'])

export function confinePermissions(session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, answer) => answer(allowedPermissions.has(permission)))
  session.setPermissionCheckHandler((_contents, permission) => allowedPermissions.has(permission))
  session.setDevicePermissionHandler(() => false)
}

/** Opens only https: other schemes can start programs. */
export function openOutside(address: string): void {
  if (URL.parse(address)?.protocol !== 'https:') return
  shell
    .openExternal(address)
    .catch((error: unknown) => console.error(`Could not open ${address}: ${describeError(error)}`))
}
