import { existsSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Looks for a newer version once, in an installed app whose package names a place to look at. electron-builder
 * writes app-update.yml only where `publish` is configured, so by default Toril asks nobody.
 */
export async function checkForUpdates(packaged: boolean, resourcesPath: string): Promise<boolean> {
  if (!packaged || !existsSync(join(resourcesPath, 'app-update.yml'))) return false
  // Loaded here alone: it is not small, and it wants an Electron app at import.
  const { default: updater } = await import('electron-updater')
  await updater.autoUpdater.checkForUpdatesAndNotify()
  return true
}
